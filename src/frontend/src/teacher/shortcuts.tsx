// Single keys: the list of them, and the switch that turns them off (WCAG 2.1.4).
import { useEffect, useRef, useState } from "preact/hooks";
import { keyIsTaken } from "../player/controls";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { chrome } from "../words/en";
import { keys as words } from "../words/teacher";

const KEY = "fieldreel.single_keys";
let on = readSetting();

function readSetting(): boolean {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
}

/** Calls `onKey` for keys nobody else wants; it gives whether it used the key. */
export function useShortcuts(onKey: (event: KeyboardEvent) => boolean): void {
  const handler = useRef(onKey);
  handler.current = onKey;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const chord = event.ctrlKey || event.metaKey;
      if (event.defaultPrevented || (!chord && (!on || keyIsTaken(event)))) return;
      if (document.querySelector("dialog[open]")) return;
      if (handler.current(event)) event.preventDefault();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}

export function KeysDialog({ page, onClose }: { page: "queue" | "review"; onClose: () => void }) {
  const [enabled, setEnabled] = useState(on);
  const change = (next: boolean) => {
    on = next;
    setEnabled(next);
    try {
      localStorage.setItem(KEY, next ? "on" : "off");
    } catch {
      // Storage is blocked in this frame: the choice lasts for this page.
    }
  };
  return (
    <Dialog
      title={words.title}
      onClose={onClose}
      actions={
        <Button kind="primary" onPress={onClose}>
          {chrome.close}
        </Button>
      }
    >
      <dl class="key-list">
        {[...words[page], ...words.both].map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input type="checkbox" checked={enabled} onChange={(event) => change(event.currentTarget.checked)} />
        <span>{words.single}</span>
      </label>
    </Dialog>
  );
}
