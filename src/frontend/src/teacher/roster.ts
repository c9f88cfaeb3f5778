// The queue's lists, sums and neighbours: pure readings of what the server sent, so that tabs, counts and rows cannot disagree.
import type { QueueItem, Video } from "../api/wire";

export type Tab = "to_grade" | "all" | "problems" | "not_submitted";
export const TABS: readonly Tab[] = ["to_grade", "all", "problems", "not_submitted"];

const BELONGS: Record<Tab, (item: QueueItem) => boolean> = {
  to_grade: ({ submission, grade }) => submission !== null && grade === null,
  all: () => true,
  problems: ({ submission, grade }) => submission?.video.status === "failed" || grade?.delivery.status === "parked",
  not_submitted: ({ submission }) => submission === null,
};

/** What a search looks in: the name, and the receipt numbers that students quote. */
const searched = ({ person, attempts }: QueueItem): string[] => [
  person.name ?? "",
  ...attempts.map((one) => one.receipt),
];

/** The rows of a tab: oldest submission first, then by name. */
export function listOf(items: readonly QueueItem[], tab: Tab, query = ""): QueueItem[] {
  const wanted = fold(query.trim());
  return items
    .filter((item) => BELONGS[tab](item) && searched(item).some((text) => fold(text).includes(wanted)))
    .sort((one, other) => {
      const a = one.submission?.submitted_at;
      const b = other.submission?.submitted_at;
      if (a && b && a !== b) return a < b ? -1 : 1;
      if (Boolean(a) !== Boolean(b)) return a ? -1 : 1;
      return (one.person.name ?? "").localeCompare(other.person.name ?? "");
    });
}

export function countsOf(items: readonly QueueItem[]): Record<Tab, number> {
  const count = (tab: Tab) => items.filter(BELONGS[tab]).length;
  return {
    to_grade: count("to_grade"),
    all: count("all"),
    problems: count("problems"),
    not_submitted: count("not_submitted"),
  };
}

export function uploadingNow(items: readonly QueueItem[]): QueueItem[] {
  return items.filter(({ uploading }) => uploading !== null);
}

/** Seconds of submitted and ungraded video. */
export function secondsToWatch(items: readonly QueueItem[]): number {
  return items
    .filter(BELONGS.to_grade)
    .reduce((sum, { submission }) => sum + (submission?.video.duration_seconds ?? 0), 0);
}

/** The video a row is about: the submitted one, else whatever is on its way; of that the teacher sees only how far it is. */
export function videoOf({ submission, uploading }: QueueItem): Pick<Video, "status"> | null {
  return submission?.video ?? uploading;
}

/** Milliseconds past the due time; null when on time or unknown. */
export function lateBy({ submission }: QueueItem, dueAt: string | null): number | null {
  if (!submission?.late || !dueAt) return null;
  const late = Date.parse(submission.submitted_at) - Date.parse(dueAt);
  return late > 0 ? late : null;
}

/** Lower case without accents, so that "lucia" finds "Lucía". */
function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}
