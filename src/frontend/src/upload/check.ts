// Everything that can be said about a chosen file before a byte is sent. The ids of refusals are the state ids of the page.
import type { Assignment } from "../api/wire";
import { fingerprint } from "./fingerprint";
import { probe } from "./probe";
import { type Foreign, SNIFF_BYTES, sniff } from "./sniff";

/** A chosen file that may be uploaded. */
export interface Pick {
  file: File;
  fingerprint: string;
  mime: string;
  durationSeconds: number | null;
  hasSound: boolean | null;
}

export type Refusal =
  | { id: "pick.several"; names: string[] }
  | { id: "pick.empty"; name: string }
  | { id: "pick.unreadable"; name: string }
  | { id: "pick.wrong_type"; name: string; what: Foreign | "unknown" }
  | { id: "pick.too_large"; name: string; bytes: number; limit: number }
  | { id: "pick.too_long"; name: string; seconds: number; limit: number };

export type Checked = { ok: true; pick: Pick } | { ok: false; refusal: Refusal };

type Limits = { [Key in "max_bytes" | "max_duration_seconds" | "accepted_extensions"]: Assignment[Key] };

/** A recording may be this much longer than the limit: cameras stop a little late, and Stream rounds. */
const DURATION_LEEWAY_SECONDS = 1;

export async function checkFiles(files: readonly File[], limits: Limits): Promise<Checked> {
  const [file] = files;
  if (!file || files.length > 1) return refuse({ id: "pick.several", names: files.map(({ name }) => name) });
  const { name, size } = file;
  if (size === 0) return refuse({ id: "pick.empty", name });
  try {
    const sniffed = sniff(new Uint8Array(await file.slice(0, SNIFF_BYTES).arrayBuffer()));
    if (sniffed.kind === "other") return refuse({ id: "pick.wrong_type", name, what: sniffed.what });
    const trusted = sniffed.kind === "video" || hasVideoName(file, limits.accepted_extensions);
    if (!trusted) return refuse({ id: "pick.wrong_type", name, what: "unknown" });
    if (size > limits.max_bytes) return refuse({ id: "pick.too_large", name, bytes: size, limit: limits.max_bytes });
    const { durationSeconds, hasSound } = await probe(file);
    if (durationSeconds !== null && durationSeconds > limits.max_duration_seconds + DURATION_LEEWAY_SECONDS) {
      return refuse({ id: "pick.too_long", name, seconds: durationSeconds, limit: limits.max_duration_seconds });
    }
    const mime = sniffed.kind === "video" ? sniffed.mime : file.type || "application/octet-stream";
    return { ok: true, pick: { file, fingerprint: await fingerprint(file), mime, durationSeconds, hasSound } };
  } catch (error) {
    // Cloud placeholders, a file moved or locked by another program: NotReadableError, NotFoundError.
    if (error instanceof DOMException) return refuse({ id: "pick.unreadable", name });
    throw error;
  }
}

function hasVideoName(file: File, extensions: readonly string[]): boolean {
  const name = file.name.toLowerCase();
  return file.type.startsWith("video/") || extensions.some((extension) => name.endsWith(extension.toLowerCase()));
}

function refuse(refusal: Refusal): Checked {
  return { ok: false, refusal };
}
