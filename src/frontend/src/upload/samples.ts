// Small files for tests, built byte by byte.

const text = (value: string) => Uint8Array.from(value, (letter) => letter.charCodeAt(0));

export function bytes(...parts: (number[] | string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const all = parts.map((part) => (typeof part === "string" ? text(part) : Uint8Array.from(part)));
  const out = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of all) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const u32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];

export function box(type: string, ...content: (number[] | string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const body = bytes(...content);
  return bytes(u32(body.length + 8), type, body);
}

const zeros = (count: number) => new Array<number>(count).fill(0);

/** An MP4 whose movie header says `seconds`; `soundTrack` adds a sound handler, `moovLast` puts it behind the picture data. */
export function mp4(
  seconds: number,
  { soundTrack = true, moovLast = false, brand = "isom" } = {},
): Uint8Array<ArrayBuffer> {
  const header = box("mvhd", u32(0), u32(0), u32(0), u32(1000), u32(seconds * 1000), zeros(80));
  const track = (handler: string) => box("trak", box("mdia", box("hdlr", zeros(8), handler, zeros(13))));
  const moov = box("moov", header, track("vide"), ...(soundTrack ? [track("soun")] : []));
  const mdat = box("mdat", zeros(4096));
  const ftyp = box("ftyp", brand, u32(0), brand);
  return moovLast ? bytes(ftyp, mdat, moov) : bytes(ftyp, moov, mdat);
}

/** One EBML element with an 8-byte size. */
export function element(id: number[], ...content: (number[] | string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const body = bytes(...content);
  return bytes(id, [1, 0, 0, 0], u32(body.length), body);
}

/** A WebM or Matroska header; without `seconds` like a browser's recording. */
export function matroska(
  seconds: number | null,
  { docType = "webm", soundTrack = true } = {},
): Uint8Array<ArrayBuffer> {
  const float = new Uint8Array(8);
  new DataView(float.buffer).setFloat64(0, (seconds ?? 0) * 1000);
  const info = element(
    [0x15, 0x49, 0xa9, 0x66],
    element([0x2a, 0xd7, 0xb1], [0x0f, 0x42, 0x40]),
    ...(seconds === null ? [] : [element([0x44, 0x89], float)]),
  );
  const entry = (type: number) => element([0xae], element([0x83], [type]));
  const tracks = element([0x16, 0x54, 0xae, 0x6b], entry(1), ...(soundTrack ? [entry(2)] : []));
  const header = element([0x1a, 0x45, 0xdf, 0xa3], element([0x42, 0x82], docType));
  return bytes(header, [0x18, 0x53, 0x80, 0x67, 0x01, 255, 255, 255, 255, 255, 255, 255], info, tracks);
}
