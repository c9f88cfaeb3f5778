// Two live regions for the whole page, and the one function that speaks through them.
import { useEffect, useState } from "preact/hooks";

type Speak = (words: string, urgent: boolean) => void;

let speak: Speak = () => {};

/** Says `words` once. Polite by default; urgent only when the person must know now. */
export function announce(words: string, { urgent = false } = {}): void {
  speak(words, urgent);
}

export function Announcer() {
  const [polite, setPolite] = useState("");
  const [assertive, setAssertive] = useState("");
  useEffect(() => {
    // A region that gets the same words again stays silent; the no-break space makes it new.
    speak = (words, urgent) => (urgent ? setAssertive : setPolite)((old) => (old === words ? `${words}\u00a0` : words));
    return () => {
      speak = () => {};
    };
  }, []);
  return (
    <>
      <div class="hidden" role="status" aria-live="polite">
        {polite}
      </div>
      <div class="hidden" role="alert" aria-live="assertive">
        {assertive}
      </div>
    </>
  );
}
