// The two tus 1.0.0 requests an upload link answers: PATCH (core protocol §PATCH) and HEAD (§HEAD). XMLHttpRequest, because fetch cannot
// report how much of a request body has left. No header of ours goes to that host: it is not ours.
import { retryAfter } from "../api/problems";
import type { UploadFailure } from "./retry";

export class UploadError extends Error {
  readonly failure: UploadFailure;

  constructor(failure: UploadFailure) {
    super(failure.kind === "status" ? `upload host answered ${failure.status}` : `upload host: ${failure.kind}`);
    this.name = "UploadError";
    this.failure = failure;
  }
}

export interface Tus {
  /** Sends `bytes` at `offset` and gives the new offset the host confirms. */
  patch(
    url: string,
    bytes: Blob,
    offset: number,
    onSent: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<number>;
  /** The offset the host has. */
  head(url: string, signal: AbortSignal): Promise<number>;
}

const VERSION = "1.0.0";
/** No byte for this long, and we try a fresh connection: some proxies swallow a dead one. */
const STALL_MS = 90_000;
const HEAD_TIMEOUT_MS = 20_000;

export const tus: Tus = {
  patch: (url, bytes, offset, onSent, signal) =>
    send("PATCH", url, signal, {
      headers: { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" },
      body: bytes,
      onSent,
      stallMs: STALL_MS,
    }),
  head: (url, signal) => send("HEAD", url, signal, { headers: {}, stallMs: HEAD_TIMEOUT_MS }),
};

interface Options {
  headers: Record<string, string>;
  body?: Blob;
  onSent?: (bytes: number) => void;
  stallMs: number;
}

function send(method: string, url: string, signal: AbortSignal, options: Options): Promise<number> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const request = new XMLHttpRequest();
    let watchdog = 0;
    const finish = (act: () => void) => {
      clearTimeout(watchdog);
      signal.removeEventListener("abort", abort);
      act();
    };
    const fail = (failure: UploadFailure) => finish(() => reject(new UploadError(failure)));
    const abort = () => {
      request.abort();
      finish(() => reject(signal.reason));
    };
    const watch = () => {
      clearTimeout(watchdog);
      watchdog = window.setTimeout(() => {
        request.onerror = null;
        request.abort();
        fail({ kind: "stalled" });
      }, options.stallMs);
    };
    request.open(method, url);
    request.setRequestHeader("Tus-Resumable", VERSION);
    for (const [name, value] of Object.entries(options.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => {
      watch();
      options.onSent?.(event.loaded);
    };
    request.onerror = () => fail({ kind: "network" });
    request.onload = () => {
      if (request.status < 200 || request.status >= 300) {
        const retryAfterSeconds = retryAfter(request.getResponseHeader("Retry-After"));
        return fail({ kind: "status", status: request.status, retryAfterSeconds });
      }
      const offset = Number(request.getResponseHeader("Upload-Offset") ?? Number.NaN);
      // A success without a readable offset (CORS does not expose it) tells nothing: treat it as no answer, our server knows.
      if (!Number.isInteger(offset) || offset < 0) return fail({ kind: "network" });
      finish(() => resolve(offset));
    };
    signal.addEventListener("abort", abort);
    watch();
    request.send(options.body ?? null);
  });
}
