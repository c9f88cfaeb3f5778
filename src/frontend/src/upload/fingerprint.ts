// Tells whether a chosen file is the one an upload began with. The server keeps it as an opaque string.

const HEAD_BYTES = 1024 * 1024;
const LONGEST_NAME = 90;
const NO_HASH = "-";

/**
 * "name|size|mtime|sha-256 of the first MiB", at most 200 characters.
 * The hash is "-" where the page is no secure context (an http page frames us) and `crypto.subtle` is missing.
 * Throws the browser's NotReadableError when the file cannot be read.
 */
export async function fingerprint(file: File): Promise<string> {
  const head = await file.slice(0, HEAD_BYTES).arrayBuffer();
  const name = file.name.replaceAll("|", "_").slice(-LONGEST_NAME);
  return [name, file.size, file.lastModified, await sha256(head)].join("|");
}

/**
 * Whether two fingerprints are of the same bytes. Phones give a new name and date to the same picked video, so size and hash decide;
 * without a hash the date has to.
 */
export function sameFile(one: string, other: string): boolean {
  const a = parts(one);
  const b = parts(other);
  if (!a || !b || a.size !== b.size) return false;
  return a.hash !== NO_HASH && b.hash !== NO_HASH ? a.hash === b.hash : a.modified === b.modified;
}

function parts(value: string): { size: string; modified: string; hash: string } | null {
  const [, size, modified, hash] = value.split("|");
  return size && modified && hash ? { size, modified, hash } : null;
}

async function sha256(bytes: ArrayBuffer): Promise<string> {
  if (!globalThis.crypto?.subtle) return NO_HASH;
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
