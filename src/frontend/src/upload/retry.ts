// What to do after a failed request to the upload link: a pure decision from the failure, the number of tries and connectivity.
// tus 1.0.0 names 409, 410, 404 and 403; the others come from years of other people's failures with large uploads.

export type UploadFailure =
  /** No answer: the line, DNS, CORS, HTTP/2 trouble. */
  | { kind: "network" }
  /** No byte moved for too long, so we gave the request up ourselves. */
  | { kind: "stalled" }
  | { kind: "status"; status: number; retryAfterSeconds: number | null };

export type Decision =
  /** Try again after `delayMs`; ask for the offset first. */
  | { next: "retry"; delayMs: number; reason: string }
  /** Nothing helps until the browser says that it is online. */
  | { next: "wait_online"; reason: string }
  /** The link has ended: 403, 404 and 410 (complete bytes must be checked before believing it). */
  | { next: "link_ended"; reason: string }
  /** A person must decide: tries are used up, or the answer will not change by itself. */
  | { next: "stop"; reason: string };

/** Tries without progress before a person is asked; network failures go on for ever. */
export const MAX_TRIES = 8;
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;

/** The error taxonomy's name of a failure, as sent to `POST /uploads/{id}/events`. */
export function reasonOf(failure: UploadFailure, online: boolean): string {
  if (failure.kind === "stalled") return "network.stalled";
  if (failure.kind === "network") return online ? "network.failed" : "network.offline";
  return `upload_host.${failure.status}`;
}

/**
 * Decides the next step.
 * @param tries how many tries in a row brought no progress, this failure included (1 = first failure).
 * @param random in [0, 1): jitter, so that a class that lost its network does not come back in one instant.
 */
export function decide(failure: UploadFailure, tries: number, online: boolean, random: number): Decision {
  const reason = reasonOf(failure, online);
  if (failure.kind !== "status") {
    if (!online) return { next: "wait_online", reason };
    return { next: "retry", delayMs: backoff(tries, random), reason };
  }
  const { status, retryAfterSeconds } = failure;
  if (status === 403 || status === 404 || status === 410) return { next: "link_ended", reason };
  if (!isTransient(status) || tries >= MAX_TRIES) return { next: "stop", reason };
  if (retryAfterSeconds !== null) return { next: "retry", delayMs: retryAfterSeconds * 1000 + random * 1000, reason };
  // 409: our offset was wrong. Asking for the right one is the cure, waiting is not.
  if (status === 409 && tries === 1) return { next: "retry", delayMs: 0, reason };
  return { next: "retry", delayMs: backoff(tries, random), reason };
}

/** 1, 2, 4 … 60 s with "equal jitter": never under half, so that a retry storm is impossible. */
export function backoff(tries: number, random: number): number {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(tries - 1, 16));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}

function isTransient(status: number): boolean {
  return status === 408 || status === 409 || status === 423 || status === 429 || status >= 500;
}
