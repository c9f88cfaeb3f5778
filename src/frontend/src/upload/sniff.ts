// What a file is, from its first bytes. Browsers give an empty type for MKV and AVI, and names lie.

export type Container = "mp4" | "mov" | "3gp" | "webm" | "mkv" | "avi" | "flv" | "ts" | "ps" | "mxf" | "gxf";
export type Foreign = "wmv" | "image" | "audio" | "pdf" | "archive" | "document" | "program";
export type Sniffed =
  | { kind: "video"; container: Container; mime: string }
  | { kind: "other"; what: Foreign }
  | { kind: "unknown" };

/** How many first bytes `sniff` wants: two MPEG-TS packets. */
export const SNIFF_BYTES = 400;

const MIME: Record<Container, string> = {
  mp4: "video/mp4",
  mov: "video/quicktime",
  "3gp": "video/3gpp",
  webm: "video/webm",
  mkv: "video/x-matroska",
  avi: "video/x-msvideo",
  flv: "video/x-flv",
  ts: "video/mp2t",
  ps: "video/mpeg",
  mxf: "application/mxf",
  gxf: "application/gxf",
};

/** Signatures at the very start, as hexadecimal. */
const SIGNATURES: [string, Container | Foreign][] = [
  ["464c5601", "flv"],
  ["000001ba", "ps"],
  ["000001b3", "ps"],
  ["060e2b34", "mxf"],
  ["0000000001bc", "gxf"],
  ["3026b2758e66cf11", "wmv"],
  ["ffd8ff", "image"],
  ["89504e47", "image"],
  ["47494638", "image"],
  ["49492a00", "image"],
  ["4d4d002a", "image"],
  ["494433", "audio"],
  ["fff1", "audio"],
  ["fffb", "audio"],
  ["664c6143", "audio"],
  ["4f676753", "audio"],
  ["25504446", "pdf"],
  ["504b0304", "archive"],
  ["1f8b", "archive"],
  ["377abcaf271c", "archive"],
  ["52617221", "archive"],
  ["d0cf11e0", "document"],
  ["7b5c727466", "document"],
  ["4d5a", "program"],
  ["7f454c46", "program"],
];

const STILL_BRANDS = new Set(["heic", "heix", "mif1", "msf1", "avif"]);
const QUICKTIME_ATOMS = new Set(["moov", "mdat", "wide", "free", "skip", "pnot"]);

export function sniff(head: Uint8Array): Sniffed {
  const box = ascii(head, 4, 8);
  if (box === "ftyp") return fromBrand(ascii(head, 8, 12));
  if (QUICKTIME_ATOMS.has(box)) return video("mov");
  const start = hex(head.subarray(0, 8));
  if (start.startsWith("1a45dfa3")) return video(ascii(head, 0, 64).includes("webm") ? "webm" : "mkv");
  if (start.startsWith("52494646")) return fromRiff(ascii(head, 8, 12));
  if (head[0] === 0x47 && head[188] === 0x47) return video("ts");
  if (head[4] === 0x47 && head[196] === 0x47) return video("ts"); // M2TS: four bytes of time stamp before each packet
  const match = SIGNATURES.find(([signature]) => start.startsWith(signature));
  if (!match) return { kind: "unknown" };
  return match[1] in MIME ? video(match[1] as Container) : { kind: "other", what: match[1] as Foreign };
}

function fromBrand(brand: string): Sniffed {
  if (brand === "qt  ") return video("mov");
  if (brand.startsWith("3g")) return video("3gp");
  if (brand.startsWith("M4A") || brand.startsWith("M4B")) return { kind: "other", what: "audio" };
  if (STILL_BRANDS.has(brand)) return { kind: "other", what: "image" };
  return video("mp4");
}

function fromRiff(form: string): Sniffed {
  if (form === "AVI ") return video("avi");
  return { kind: "other", what: form === "WEBP" ? "image" : "audio" };
}

function video(container: Container): Sniffed {
  return { kind: "video", container, mime: MIME[container] };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}
