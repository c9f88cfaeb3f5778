// Which of the product's states the page is in: a pure reading of what the server knows and what this tab is doing.
import type { Problem } from "../api/problems";
import type { Grade, MyWork, Submission, Upload, Video } from "../api/wire";
import type { Pick, Refusal } from "../upload/check";
import type { TransferView } from "../upload/transfer";

/** What this tab is doing beside a transfer; forgotten by a reload, so nothing here may be the only record of anything. */
export type Doing =
  | { kind: "nothing" }
  | { kind: "checking"; name: string }
  | { kind: "refused"; refusal: Refusal }
  | { kind: "no_audio"; pick: Pick }
  | { kind: "file_changed"; pick: Pick }
  | { kind: "starting" }
  | { kind: "busy"; nextTryAt: number }
  | { kind: "quota"; at: number; problem: Problem }
  | { kind: "upload_refused"; problem: Problem }
  | { kind: "verifying" }
  | { kind: "cancelled" }
  | { kind: "preview" }
  | { kind: "submitting" }
  | { kind: "submit_unknown" }
  | { kind: "submit_refused"; problem: Problem }
  | { kind: "submitted"; submission: Submission }
  | { kind: "withdrawn" }
  | { kind: "withdraw_refused"; problem: Problem };

export interface Known {
  work: MyWork;
  grade: Grade | null;
  /** The record of an upload that still takes bytes, whoever began it. */
  upload: Upload | null;
  transfer: TransferView | null;
  /** Progress of another tab. */
  mirror: TransferView | null;
  doing: Doing;
  sessionEnded: boolean;
  now: number;
}

export type StateId =
  | "home.not_open"
  | "home.empty"
  | "home.late_open"
  | "home.closed"
  | "home.closed_draft"
  | "home.attempts_used"
  | "home.resume"
  | "home.draft"
  | "home.submitted"
  | "home.locked"
  | Refusal["id"]
  | "pick.checking"
  | "check.no_audio"
  | "up.starting"
  | "up.active"
  | "up.paused"
  | "up.offline"
  | "up.retrying"
  | "up.stopped"
  | "up.other_tab"
  | "up.link_expired"
  | "up.unreadable"
  | "up.session_expired"
  | "up.session_over"
  | "up.file_changed"
  | "up.quota"
  | "up.busy"
  | "up.refused"
  | "up.cancelled"
  | "vid.verifying"
  | "vid.uploaded"
  | "vid.slow"
  | "vid.expired"
  | "vid.failed.non_video"
  | "vid.failed.malformed"
  | "vid.failed.duration"
  | "vid.failed.unknown"
  | "vid.failed_after_submit"
  | "preview.ready"
  | "submit.pending"
  | "submit.unknown"
  | "submit.refused"
  | "submit.done"
  | "withdraw.ok"
  | "withdraw.closed"
  | "fb.ready"
  | "video.deleted";

/** Over the usual time to make a video playable; then the page says so and offers to submit at once. */
export const SLOW_PROCESSING_MS = 180_000;

export function situation(known: Known): StateId {
  const { transfer, doing, sessionEnded, mirror } = known;
  if (transfer && transfer.state !== "cancelled" && transfer.state !== "finished") {
    return duringTransfer(transfer, sessionEnded);
  }
  if (sessionEnded) return "up.session_over";
  return fromDoing(doing) ?? (mirror ? "up.other_tab" : atRest(known));
}

function duringTransfer({ state }: TransferView, sessionEnded: boolean): StateId {
  switch (state) {
    case "sending":
      return sessionEnded ? "up.session_expired" : "up.active";
    case "link_ended":
      return "up.link_expired";
    case "paused":
      return "up.paused";
    case "offline":
      return "up.offline";
    case "retrying":
      return "up.retrying";
    case "unreadable":
      return "up.unreadable";
    default:
      return "up.stopped";
  }
}

function fromDoing(doing: Doing): StateId | null {
  switch (doing.kind) {
    case "nothing":
      return null;
    case "refused":
      return doing.refusal.id;
    case "checking":
      return "pick.checking";
    case "no_audio":
      return "check.no_audio";
    case "file_changed":
      return "up.file_changed";
    case "starting":
      return "up.starting";
    case "busy":
      return "up.busy";
    case "quota":
      return "up.quota";
    case "upload_refused":
      return "up.refused";
    case "verifying":
      return "vid.verifying";
    case "cancelled":
      return "up.cancelled";
    case "preview":
      return "preview.ready";
    case "submitting":
      return "submit.pending";
    case "submit_unknown":
      return "submit.unknown";
    case "submit_refused":
      return "submit.refused";
    case "submitted":
      return "submit.done";
    case "withdrawn":
      return "withdraw.ok";
    case "withdraw_refused":
      return "withdraw.closed";
  }
}

function atRest(known: Known): StateId {
  const { work } = known;
  const draft = draftOf(work);
  if (draft) {
    const state = ofDraft(draft, known);
    if (state) return state;
  }
  if (work.submission) return ofSubmission(work, known.grade);
  if (work.closed_reason === "not_open") return "home.not_open";
  if (work.closed_reason === "attempts_used") return "home.attempts_used";
  if (!work.can.upload) return "home.closed";
  return work.is_late_now ? "home.late_open" : "home.empty";
}

function ofDraft(video: Video, { work, now }: Known): StateId | null {
  const closed = !work.can.submit && (video.status === "ready" || video.status === "processing");
  if (closed) return work.submission ? null : "home.closed_draft";
  switch (video.status) {
    case "requested":
    case "uploading":
      return work.can.upload ? "home.resume" : null;
    case "processing":
      return now - Date.parse(video.uploaded_at ?? video.intent_at) > SLOW_PROCESSING_MS ? "vid.slow" : "vid.uploaded";
    case "ready":
      return "home.draft";
    case "failed":
      return failure(video);
    case "expired":
      return work.can.upload ? "vid.expired" : null;
    default:
      return null;
  }
}

function ofSubmission({ submission, can }: MyWork, grade: Grade | null): StateId {
  const status = submission?.video.status;
  if (status === "deleted" || status === "deleting") return "video.deleted";
  if (grade) return "fb.ready";
  if (status === "failed") return "vid.failed_after_submit";
  return can.upload || can.withdraw ? "home.submitted" : "home.locked";
}

function failure({ error_reason }: Video): StateId {
  if (error_reason === "non_video") return "vid.failed.non_video";
  if (error_reason === "malformed") return "vid.failed.malformed";
  if (error_reason === "too_long" || error_reason === "too_short") return "vid.failed.duration";
  return "vid.failed.unknown";
}

/** The video that is not handed in (yet); null when the newest one is the submitted one. */
export function draftOf({ video, submission }: MyWork): Video | null {
  return video && video.id !== submission?.video.id ? video : null;
}

/** The video the page is about: the draft, else the submitted one. */
export function shownVideo(work: MyWork): Video | null {
  return draftOf(work) ?? work.submission?.video ?? null;
}
