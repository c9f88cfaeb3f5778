// Speed and time left, from what really left this device. All times in milliseconds, all amounts in bytes.

const WINDOW_MS = 12_000;
/** Under this much history a number would only be noise. */
const LEAST_MS = 1_500;

export class Speedometer {
  private samples: { at: number; bytes: number }[] = [];

  /** `bytes` = safe plus in flight; a drop (a lost chunk) starts a new measurement. */
  add(at: number, bytes: number): void {
    const last = this.samples.at(-1);
    if (last && bytes < last.bytes) this.samples = [];
    this.samples.push({ at, bytes });
    while (this.samples.length > 2 && at - (this.samples[1]?.at ?? at) >= WINDOW_MS) this.samples.shift();
  }

  reset(): void {
    this.samples = [];
  }

  /** Bytes per second over the last window; null while unknown. */
  bytesPerSecond(): number | null {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (!first || !last || last.at - first.at < LEAST_MS || last.bytes <= first.bytes) return null;
    return ((last.bytes - first.bytes) * 1000) / (last.at - first.at);
  }
}

/** Whole seconds until `remaining` bytes are sent; null while the speed is unknown. */
export function secondsLeft(remaining: number, bytesPerSecond: number | null): number | null {
  if (remaining <= 0) return 0;
  return bytesPerSecond ? Math.ceil(remaining / bytesPerSecond) : null;
}

export interface Deadlines {
  dueAt: string | null;
  closesAt: string | null;
  /** How long an upload that began in time may run on after the due time, in milliseconds. */
  graceMs: number;
}

export interface Forecast {
  tone: "on_time" | "in_grace" | "late" | "after_closing";
  finishesAt: number;
}

/** How the finish compares with the due and the closing time; null without a speed. */
export function forecast(
  now: number,
  seconds: number | null,
  { dueAt, closesAt, graceMs }: Deadlines,
): Forecast | null {
  if (seconds === null) return null;
  const finishesAt = now + seconds * 1000;
  const due = dueAt === null ? Number.POSITIVE_INFINITY : Date.parse(dueAt);
  if (closesAt !== null && finishesAt > Date.parse(closesAt)) return { tone: "after_closing", finishesAt };
  if (finishesAt <= due) return { tone: "on_time", finishesAt };
  return { tone: finishesAt <= due + graceMs ? "in_grace" : "late", finishesAt };
}
