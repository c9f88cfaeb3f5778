// Numbers, sizes, times. Units never break away from their number (no-break space), dates always carry day, time and zone.

const NBSP = "\u00a0";
let locale = "en-GB";
let timeZone: string | undefined;

/** The platform's locale as far as we have words for it; "en" reads dates the European way ("Fri 12 Mar 2027, 17:00"). */
export function useLocale(tag: string, zone?: string): void {
  locale = tag === "en" || !tag ? "en-GB" : tag;
  timeZone = zone;
}

type Parts = Partial<Record<Intl.DateTimeFormatPartTypes, string>>;

function parts(at: Date, options: Intl.DateTimeFormatOptions): Parts {
  const format = new Intl.DateTimeFormat(locale, { ...options, hourCycle: "h23", ...(timeZone && { timeZone }) });
  return Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
}

function read(at: Date, withSeconds = false): Parts {
  return parts(at, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    ...(withSeconds && { second: "2-digit" }),
    timeZoneName: "short",
  });
}

const asDate = (at: string | number | Date): Date => (at instanceof Date ? at : new Date(at));

/** "Fri 12 Mar 2027, 17:00 CET" */
export function dateTime(at: string | number | Date): string {
  const p = read(asDate(at));
  return `${p.weekday} ${p.day} ${p.month} ${p.year}, ${p.hour}:${p.minute}${NBSP}${p.timeZoneName}`;
}

/** "Thu 11 Mar 2027, 16:41:07 CET" */
export function dateTimeSeconds(at: string | number | Date): string {
  const p = read(asDate(at), true);
  return `${p.weekday} ${p.day} ${p.month} ${p.year}, ${p.hour}:${p.minute}:${p.second}${NBSP}${p.timeZoneName}`;
}

/** "Thu 11 Mar, 16:41 CET": the year is plain from the page. */
export function shortDateTime(at: string | number | Date): string {
  const p = read(asDate(at));
  return `${p.weekday} ${p.day} ${p.month}, ${p.hour}:${p.minute}${NBSP}${p.timeZoneName}`;
}

/** "12 Sep 2027" */
export function date(at: string | number | Date): string {
  const p = read(asDate(at));
  return `${p.day} ${p.month} ${p.year}`;
}

/** "16:41" */
export function time(at: string | number | Date): string {
  const p = read(asDate(at));
  return `${p.hour}:${p.minute}`;
}

/** "16:41:07" */
export function timeSeconds(at: string | number | Date): string {
  const p = read(asDate(at), true);
  return `${p.hour}:${p.minute}:${p.second}`;
}

/** "16:41" today, else "Thu 11 Mar, 16:41": for rows and marks. */
export function timeNear(at: string | number | Date, now: number): string {
  const p = read(asDate(at));
  const today = read(new Date(now));
  const clock = `${p.hour}:${p.minute}`;
  if (p.day === today.day && p.month === today.month && p.year === today.year) return clock;
  return `${p.weekday} ${p.day} ${p.month}, ${clock}`;
}

/** "Thu 16:41" within six days, else "11 Mar 16:41": for table cells. */
export function timeInTable(at: string, now: number): string {
  const p = read(asDate(at));
  const clock = `${p.hour}:${p.minute}`;
  return Math.abs(now - Date.parse(at)) < 6 * 86_400_000 ? `${p.weekday} ${clock}` : `${p.day} ${p.month} ${clock}`;
}

/** "2 h 10 min", "3 days", "40 s"; always positive. */
export function span(milliseconds: number): string {
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  if (seconds < 60) return count(seconds, "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return count(minutes, "min");
  if (minutes < 24 * 60) {
    const rest = minutes % 60;
    const hours = count(Math.floor(minutes / 60), "h");
    return rest === 0 ? hours : `${hours} ${count(rest, "min")}`;
  }
  const days = Math.round(minutes / (24 * 60));
  return count(days, days === 1 ? "day" : "days");
}

/** "8 min 12 s", "10 min", "45 s": the length of a video in prose. */
export function length(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return count(whole, "s");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = whole % 60;
  const words = [hours && count(hours, "h"), minutes && count(minutes, "min"), !hours && rest && count(rest, "s")];
  return words.filter(Boolean).join(" ");
}

/** "8:12", "1:02:03": the length of a video in figures. */
export function timecode(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

const SIZES: [number, string][] = [
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "kB"],
];

function unitOf(bytes: number): [number, string] {
  return SIZES.find(([size]) => bytes >= size) ?? [1, "bytes"];
}

function inUnit(bytes: number, [size, name]: [number, string]): string {
  const digits = name === "GB" ? 1 : 0;
  return new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(bytes / size);
}

/** "2.6 GB", "42 MB"; decimal units, as phones and file managers count. */
export function bytes(amount: number): string {
  const unit = unitOf(amount);
  return `${inUnit(amount, unit)}${NBSP}${unit[1]}`;
}

/** "1.1 of 2.6 GB" */
export function bytesOf(amount: number, total: number): string {
  const unit = unitOf(total);
  return `${inUnit(amount, unit)} of ${inUnit(total, unit)}${NBSP}${unit[1]}`;
}

/** "33 Mbit/s" */
export function speed(bytesPerSecond: number): string {
  const megabits = (bytesPerSecond * 8) / 1e6;
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: megabits < 10 ? 1 : 0 }).format(megabits)}${NBSP}Mbit/s`;
}

/** "42 %"; never 100 before all is there. */
export function percent(amount: number, total: number): string {
  return `${wholePercent(amount, total)}${NBSP}%`;
}

export function wholePercent(amount: number, total: number): number {
  return total > 0 ? Math.min(100, Math.floor((amount / total) * 100)) : 0;
}

/** "78", "78.5" */
export function points(value: number): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(value);
}

export function count(value: number, unit: string): string {
  return `${new Intl.NumberFormat(locale).format(value)}${NBSP}${unit}`;
}
