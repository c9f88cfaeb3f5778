// Two facts about one piece of work, always both: whether it is submitted, and what the video does.
import type { Submission, Video } from "../api/wire";
import { chips } from "../words/en";
import { Icon, type IconName } from "./Icon";

export type Tone = "neutral" | "accent" | "good" | "warn" | "bad";

export interface ChipState {
  tone: Tone;
  icon: IconName;
  words: string;
  /** Normal states lose their pill in tables, so that exceptions stand out. */
  normal: boolean;
}

export function Chip({ name, state }: { name: string; state: ChipState }) {
  return (
    <span class={`chip ${state.tone}`}>
      <span class="chip-name">{name}</span>
      <span class="chip-state">
        <Icon name={state.icon} size={15} />
        {state.words}
      </span>
    </span>
  );
}

/** The state alone, for places where a column head or a heading already names it. */
export function StateMark({ state }: { state: ChipState }) {
  return (
    <span class={state.normal ? `state-mark ${state.tone}` : `chip chip-state ${state.tone}`}>
      <Icon name={state.icon} size={15} />
      {state.words}
    </span>
  );
}

export function submissionState(submission: Submission | null, graded: boolean, hasDraft: boolean): ChipState {
  const counts = submission?.status === "submitted";
  if (counts && graded) return { tone: "good", icon: "check", words: chips.graded, normal: true };
  if (counts && submission.late) return { tone: "warn", icon: "clock", words: chips.late, normal: false };
  if (counts) return { tone: "good", icon: "ok", words: chips.submitted, normal: true };
  if (hasDraft) return { tone: "warn", icon: "half", words: chips.draft, normal: false };
  return { tone: "neutral", icon: "empty", words: chips.not_submitted, normal: true };
}

/** `percent`: how far a running upload is; null when unknown. */
export function videoState(video: Pick<Video, "status"> | null, percent: number | null): ChipState {
  switch (video?.status) {
    case "requested":
    case "uploading":
      return { tone: "accent", icon: "upload", words: chips.uploading(percent), normal: false };
    case "processing":
      return { tone: "accent", icon: "half", words: chips.processing, normal: false };
    case "ready":
      return { tone: "good", icon: "play", words: chips.ready, normal: true };
    case "failed":
    case "expired":
      return { tone: "bad", icon: "alert", words: chips.problem, normal: false };
    case "deleting":
    case "deleted":
      return { tone: "neutral", icon: "trash", words: chips.deleted, normal: true };
    default:
      return { tone: "neutral", icon: "empty", words: chips.none, normal: true };
  }
}
