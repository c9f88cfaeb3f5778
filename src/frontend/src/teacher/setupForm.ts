// The settings as typed, and what of them the server is asked to change.
import type { Assignment, AssignmentPatch } from "../api/wire";

export interface SetupDraft {
  instructions: string;
  minutes: string;
  opens: string;
  due: string;
  closes: string;
  points: string;
  attempts: string;
  retention: string;
}

export type SetupErrors = Partial<Record<keyof SetupDraft, "number" | "points" | "order">>;

/** Bounds of the whole numbers: [smallest, largest, may be empty]. */
export const BOUNDS = {
  minutes: [1, 360, false],
  attempts: [1, 99, true],
  retention: [1, 3650, true],
} as const satisfies Partial<Record<keyof SetupDraft, readonly [number, number, boolean]>>;

export function draftOf(assignment: Assignment): SetupDraft {
  return {
    instructions: assignment.instructions,
    minutes: String(Math.round(assignment.max_duration_seconds / 60)),
    opens: toLocal(assignment.opens_at),
    due: toLocal(assignment.due_at),
    closes: toLocal(assignment.closes_at),
    points: String(assignment.points_max),
    attempts: assignment.attempts_allowed === null ? "" : String(assignment.attempts_allowed),
    retention: String(assignment.retention_days),
  };
}

export function check(draft: SetupDraft): SetupErrors {
  const errors: SetupErrors = {};
  for (const [name, [low, high, optional]] of Object.entries(BOUNDS) as [
    keyof typeof BOUNDS,
    [number, number, boolean],
  ][]) {
    const text = draft[name].trim();
    if (text === "" && optional) continue;
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < low || value > high) errors[name] = "number";
  }
  const points = Number(draft.points.replace(",", "."));
  if (!(points > 0 && points <= 10_000)) errors.points = "points";
  const dates = [draft.opens, draft.due, draft.closes].filter(Boolean);
  if (dates.some((date, at) => at > 0 && date < (dates[at - 1] ?? ""))) errors.due = "order";
  return errors;
}

/** Only what differs from the saved assignment; empty when nothing does. */
export function patchOf(draft: SetupDraft, assignment: Assignment): AssignmentPatch {
  const before = draftOf(assignment);
  const patch: AssignmentPatch = {};
  const changed = (name: keyof SetupDraft) => draft[name] !== before[name];
  if (changed("instructions")) patch.instructions = draft.instructions;
  if (changed("minutes")) patch.max_duration_seconds = Number(draft.minutes) * 60;
  if (changed("opens")) patch.opens_at = fromLocal(draft.opens);
  if (changed("due")) patch.due_at = fromLocal(draft.due);
  if (changed("closes")) patch.closes_at = fromLocal(draft.closes);
  if (changed("points")) patch.points_max = Number(draft.points.replace(",", "."));
  if (changed("attempts")) patch.attempts_allowed = numberOrNull(draft.attempts);
  if (changed("retention")) patch.retention_days = numberOrNull(draft.retention);
  return patch;
}

function numberOrNull(text: string): number | null {
  return text.trim() === "" ? null : Number(text);
}

/** The value of a datetime-local field, in the viewer's zone. */
export function toLocal(at: string | null): string {
  if (!at) return "";
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function fromLocal(value: string): string | null {
  return value === "" ? null : new Date(value).toISOString();
}
