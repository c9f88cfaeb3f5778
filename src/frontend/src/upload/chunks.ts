// How many bytes the next PATCH carries. Cloudflare wants 5 MiB to 200 MiB in multiples of 256 KiB; only the last one may be odd.

export const CHUNK_UNIT = 256 * 1024;
/** A chunk that took less than this earns a chunk of twice the size. */
const QUICK_SECONDS = 15;

export class ChunkSize {
  private readonly smallest: number;
  private readonly largest: number;
  private size: number;

  /** Sizes in bytes, as the server's UploadOut gives them; rounded to whole units. */
  constructor(smallest: number, largest: number) {
    this.smallest = Math.max(CHUNK_UNIT, wholeUnits(smallest));
    this.largest = Math.max(this.smallest, wholeUnits(largest));
    this.size = this.smallest;
  }

  get bytes(): number {
    return this.size;
  }

  /** A full chunk arrived after `seconds`. */
  arrived(seconds: number): void {
    if (seconds < QUICK_SECONDS) this.size = Math.min(this.largest, this.size * 2);
  }

  /** The connection dropped: a smaller chunk loses less next time. */
  dropped(): void {
    this.size = Math.max(this.smallest, wholeUnits(this.size / 2));
  }
}

function wholeUnits(bytes: number): number {
  return Math.floor(bytes / CHUNK_UNIT) * CHUNK_UNIT;
}
