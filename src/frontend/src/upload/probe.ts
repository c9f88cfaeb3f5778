// Length and sound of a video, read before a byte is sent. ISO base media (ISO/IEC 14496-12) and Matroska (RFC 9559, RFC 8794) are
// parsed here, which costs a few small slices and no decoder; for anything else the browser's own <video> is asked.

export interface Probe {
  durationSeconds: number | null;
  /** null: unknown. */
  hasSound: boolean | null;
}

const UNKNOWN: Probe = { durationSeconds: null, hasSound: null };
const LARGEST_HEADER = 8 * 1024 * 1024;
const VIDEO_ELEMENT_TIMEOUT_MS = 5_000;

/** Never throws for odd content: an unknown length is the server's to judge. Throws NotReadableError when the file cannot be read. */
export async function probe(file: File): Promise<Probe> {
  const parsed = (await probeIsoMedia(file)) ?? (await probeMatroska(file)) ?? UNKNOWN;
  if (parsed.durationSeconds !== null) return parsed;
  return { ...parsed, durationSeconds: await askVideoElement(file) };
}

/** Walks the top-level boxes to `moov`, wherever it stands. Null when this is no such file. */
export async function probeIsoMedia(file: Blob): Promise<Probe | null> {
  let at = 0;
  for (let boxes = 0; boxes < 64 && at + 8 <= file.size; boxes += 1) {
    const head = new DataView(await file.slice(at, at + 16).arrayBuffer());
    const box = readBox(head, 0, file.size - at);
    if (!box || !/^[\w ]{4}$/.test(box.type)) return null;
    if (box.type === "moov") {
      const end = Math.min(box.size, LARGEST_HEADER);
      return readMovie(new DataView(await file.slice(at + box.header, at + end).arrayBuffer()));
    }
    at += box.size;
  }
  return null;
}

interface Box {
  type: string;
  size: number;
  header: number;
}

/** One box header; size 1 = 64 bits follow, size 0 = to the end. Null when there is none. */
function readBox(view: DataView, at: number, room: number): Box | null {
  if (at + 8 > view.byteLength) return null;
  const type = String.fromCharCode(
    view.getUint8(at + 4),
    view.getUint8(at + 5),
    view.getUint8(at + 6),
    view.getUint8(at + 7),
  );
  const short = view.getUint32(at);
  if (short === 0) return { type, size: room, header: 8 };
  if (short === 1) {
    if (at + 16 > view.byteLength) return null;
    return { type, size: Number(view.getBigUint64(at + 8)), header: 16 };
  }
  return short >= 8 ? { type, size: short, header: 8 } : null;
}

function* boxes(view: DataView, from = 0, to = view.byteLength): Generator<Box & { start: number; end: number }> {
  let at = from;
  while (at + 8 <= to) {
    const box = readBox(view, at, to - at);
    if (!box || box.size < box.header) return;
    yield { ...box, start: at + box.header, end: Math.min(at + box.size, to) };
    at += box.size;
  }
}

function readMovie(view: DataView): Probe {
  let durationSeconds: number | null = null;
  let tracks = 0;
  let sounds = 0;
  for (const box of boxes(view)) {
    if (box.type === "mvhd") durationSeconds = readMovieHeader(view, box.start);
    if (box.type === "trak") {
      tracks += 1;
      if (handlerOf(view, box.start, box.end) === "soun") sounds += 1;
    }
  }
  return { durationSeconds, hasSound: tracks > 0 ? sounds > 0 : null };
}

function readMovieHeader(view: DataView, at: number): number | null {
  const wide = view.getUint8(at) === 1;
  const scale = view.getUint32(at + (wide ? 20 : 12));
  const duration = wide ? Number(view.getBigUint64(at + 24)) : view.getUint32(at + 16);
  // All ones means "unknown"; fragmented files say 0.
  if (scale === 0 || duration === 0 || duration === 0xffffffff) return null;
  return duration / scale;
}

function handlerOf(view: DataView, from: number, to: number): string | null {
  for (const box of boxes(view, from, to)) {
    if (box.type === "mdia") return handlerOf(view, box.start, box.end);
    if (box.type === "hdlr" && box.start + 12 <= view.byteLength) {
      return String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + box.start + 8, 4));
    }
  }
  return null;
}

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const TIMESTAMP_SCALE = 0x2ad7b1;
const DURATION = 0x4489;
const TRACKS = 0x1654ae6b;
const TRACK_ENTRY = 0xae;
const TRACK_TYPE = 0x83;
const CLUSTER = 0x1f43b675;
const SOUND_TRACK = 2;

/** Reads Info and Tracks from the first MiB. Recordings of a browser carry no Duration: null then. */
export async function probeMatroska(file: Blob): Promise<Probe | null> {
  const view = new DataView(await file.slice(0, 1024 * 1024).arrayBuffer());
  if (view.byteLength < 12 || view.getUint32(0) !== EBML) return null;
  let scale = 1_000_000;
  let ticks: number | null = null;
  let tracks = 0;
  let sounds = 0;
  const walk = (from: number, to: number): void => {
    let at = from;
    while (at < to) {
      const element = readElement(view, at);
      if (!element || element.id === CLUSTER) return;
      const end = Math.min(element.start + element.size, to);
      if ([SEGMENT, INFO, TRACKS, TRACK_ENTRY].includes(element.id)) walk(element.start, end);
      if (element.id === TRACK_ENTRY) tracks += 1;
      if (element.id === TIMESTAMP_SCALE) scale = readUnsigned(view, element.start, end);
      if (element.id === TRACK_TYPE && readUnsigned(view, element.start, end) === SOUND_TRACK) sounds += 1;
      if (element.id === DURATION && end <= view.byteLength) {
        ticks = element.size === 8 ? view.getFloat64(element.start) : view.getFloat32(element.start);
      }
      at = end;
    }
  };
  walk(0, view.byteLength);
  return {
    durationSeconds: ticks === null ? null : (ticks * scale) / 1e9,
    hasSound: tracks > 0 ? sounds > 0 : null,
  };
}

/** An EBML element: id with its length marker, size without; an unknown size (all ones) reaches to the end. */
function readElement(view: DataView, at: number): { id: number; start: number; size: number } | null {
  const idLength = at < view.byteLength ? Math.clz32(view.getUint8(at)) - 23 : 9;
  if (idLength > 4 || at + idLength >= view.byteLength) return null;
  const id = readUnsigned(view, at, at + idLength);
  const sizeAt = at + idLength;
  const sizeLength = Math.clz32(view.getUint8(sizeAt)) - 23;
  if (sizeLength > 8 || sizeAt + sizeLength > view.byteLength) return null;
  // The marker bit goes before the sum: eight bytes with it are beyond what a double holds exactly.
  const first = view.getUint8(sizeAt) - 2 ** (8 - sizeLength);
  const size = first * 256 ** (sizeLength - 1) + readUnsigned(view, sizeAt + 1, sizeAt + sizeLength);
  const unknown = size >= 2 ** (7 * sizeLength) - 1;
  return { id, start: sizeAt + sizeLength, size: unknown ? Number.MAX_SAFE_INTEGER : size };
}

function readUnsigned(view: DataView, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < Math.min(to, view.byteLength); at += 1) value = value * 256 + view.getUint8(at);
  return value;
}

/** Metadata through the browser's decoder; null when it cannot or takes too long. */
function askVideoElement(file: File): Promise<number | null> {
  return new Promise((resolve) => {
    const url = URL.createObjectURL(file);
    const video = document.createElement("video");
    const done = (seconds: number | null) => {
      clearTimeout(timer);
      video.removeAttribute("src");
      video.load();
      URL.revokeObjectURL(url);
      resolve(seconds);
    };
    const timer = setTimeout(() => done(null), VIDEO_ELEMENT_TIMEOUT_MS);
    video.preload = "metadata";
    video.onloadedmetadata = () => done(Number.isFinite(video.duration) ? video.duration : null);
    video.onerror = () => done(null);
    video.src = url;
  });
}
