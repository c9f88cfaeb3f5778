// Getting and keeping the right to watch: the playback token stands in the path of every URL and is renewed before it ends.
import { createContext } from "preact";
import type { Playback } from "../api/wire";

/** `POST /videos/{id}/playback`, given to every player below. */
export const Playbacks = createContext<(videoId: string) => Promise<Playback>>(() =>
  Promise.reject(new Error("No playback source around this player.")),
);

/** Puts the newest token into URLs that were made with an older one. */
export class TokenPath {
  private readonly former = new Set<string>();

  constructor(private token: string) {}

  renew(token: string): void {
    if (token === this.token) return;
    this.former.add(this.token);
    this.former.delete(token);
    this.token = token;
  }

  rewrite(url: string): string {
    for (const old of this.former) {
      const at = url.indexOf(`/${old}/`);
      if (at >= 0) return `${url.slice(0, at + 1)}${this.token}${url.slice(at + 1 + old.length)}`;
    }
    return url;
  }
}

const RENEW_AGAIN_MS = 20_000;
/** `setTimeout` counts in 31 bits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls `renewed` with a fresh playback at every `renew_at`, and soon again when that failed. Gives the function that stops it. */
export function keepRenewed(
  first: Playback,
  fetch: () => Promise<Playback>,
  renewed: (next: Playback) => void,
): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let stopped = false;
  const plan = (at: number) => {
    timer = setTimeout(renew, Math.min(LONGEST_TIMER_MS, Math.max(0, at - Date.now())));
  };
  const renew = async () => {
    try {
      const next = await fetch();
      if (stopped) return;
      renewed(next);
      plan(Math.max(Date.parse(next.renew_at), Date.now() + 1_000));
    } catch {
      if (!stopped) plan(Date.now() + RENEW_AGAIN_MS);
    }
  };
  plan(Date.parse(first.renew_at));
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
