// The words of every state of the student's page; the keys are the state ids. Each answers in this order: what happened, is my work safe,
// what to do now.
import type { Video } from "../api/wire";
import type { Refusal } from "../upload/check";
import * as f from "./format";

export interface StateWords {
  title: string;
  body?: string;
}

export const states = {
  "launch.role_unknown": (): StateWords => ({
    title: "We could not tell your role in this course",
    body: "Your account is fine. Ask your course team to check your enrolment, then open the assignment again.",
  }),
  "launch.down": (): StateWords => ({
    title: "We cannot reach the assignment right now",
    body: "Nothing is lost. We try again every 15 s.",
  }),
  "launch.refused": (title: string, detail: string): StateWords => ({ title, body: detail }),
  "home.not_open": (opensAt: string | null): StateWords => ({
    title: opensAt ? `Opens ${f.shortDateTime(opensAt)}` : "Not open yet",
    body: "You can hand in your video from then on. The limits are below.",
  }),
  "home.empty": (dueAt: string | null): StateWords => ({
    title: "Submit your video",
    body: dueAt ? "You can replace it until the due time." : "You can replace it until it is graded.",
  }),
  "home.late_open": (closesAt: string | null): StateWords => ({
    title: "Past due",
    body: closesAt
      ? `You can still submit until ${f.shortDateTime(closesAt)}. It will be marked late.`
      : "You can still submit. It will be marked late.",
  }),
  "home.closed": (closedAt: string | null): StateWords => ({
    title: closedAt ? `Submissions closed ${f.shortDateTime(closedAt)}` : "Submissions are closed",
    body: "Nothing was submitted. If you had a problem, write to your teacher.",
  }),
  "home.closed_draft": (uploadedAt: string | null): StateWords => ({
    title: "Closed, and your video was not submitted",
    body: `${uploadedAt ? `It was uploaded ${f.shortDateTime(uploadedAt)}` : "It is uploaded"}. Ask your teacher to accept it.`,
  }),
  "home.attempts_used": (): StateWords => ({ title: "No attempts left", body: "Your last attempt counts." }),
  "home.resume": (name: string, offset: number, total: number): StateWords => ({
    title: "Continue your upload",
    body: `${name} stopped at ${f.percent(offset, total)}. ${f.bytesOf(offset, total)} is safe. Choose the same file to carry on.`,
  }),
  "home.draft": (replaces: boolean): StateWords => ({
    title: replaces ? "Your new video is not submitted yet" : "Not submitted yet",
    body: replaces
      ? "Your earlier video stays submitted until you submit this one."
      : "Your video is uploaded, but your teacher cannot see it.",
  }),
  "home.submitted": (at: string, late: boolean, dueAt: string | null, replaceable: boolean): StateWords => ({
    title: `Submitted ${f.shortDateTime(at)}`,
    body: `Your teacher has it${late ? ", marked late" : ""}.${
      replaceable
        ? dueAt && !late
          ? " You can still replace it until the due time."
          : " You can still replace it."
        : ""
    }`,
  }),
  "home.locked": (at: string, late: boolean): StateWords => ({
    title: `Submitted ${f.shortDateTime(at)}`,
    body: `Your teacher has it${late ? ", marked late" : ""}. Changes are closed.`,
  }),
  "home.offline": (): StateWords => ({
    title: "You are offline.",
    body: "Nothing is lost. What you see may be out of date.",
  }),
  "pick.checking": (name: string): StateWords => ({ title: "Checking your video", body: name }),
  "pick.wrong_type": (name: string, what: string): StateWords => ({
    title: `We cannot use ${name}`,
    body:
      what === "wmv"
        ? "It is a Windows Media file. Nothing was sent. Convert it to MP4, then choose it again."
        : `It is ${KINDS[what] ?? "not a video we know"}. Nothing was sent. Choose a video such as MP4 or MOV.`,
  }),
  "pick.too_large": (name: string, bytes: number, limit: number): StateWords => ({
    title: `${name} is ${f.bytes(bytes)}; the limit is ${f.bytes(limit)}`,
    body: "Nothing was sent. Your phone or editor can export it at 1080p, usually under 1 GB.",
  }),
  "pick.too_long": (name: string, seconds: number, limit: number): StateWords => ({
    title: `${name} is ${f.length(seconds)}; the limit is ${f.length(limit)}`,
    body: "Nothing was sent. Trim it, then choose it again.",
  }),
  "pick.empty": (name: string): StateWords => ({
    title: `${name} is empty`,
    body: "Nothing was sent. It may still be downloading from iCloud or OneDrive.",
  }),
  "pick.unreadable": (name: string): StateWords => ({
    title: `We cannot read ${name}`,
    body: "Nothing was sent. Move it to this device, close apps using it, then choose it again.",
  }),
  "pick.several": (names: string[]): StateWords => ({
    title: "Choose one video",
    body: `You dropped ${names.length} files: ${names.join(", ")}. Nothing was sent.`,
  }),
  "check.no_audio": (): StateWords => ({
    title: "This video has no sound",
    body: "Is that right? Nothing was sent yet.",
  }),
  "up.starting": (): StateWords => ({ title: "Getting ready…" }),
  "up.active": (safe: number, total: number): StateWords => ({ title: f.percent(safe, total) }),
  "up.paused": (safe: number, total: number, expiresAt: string | null): StateWords => ({
    title: `Paused at ${f.percent(safe, total)}`,
    body: `${f.bytes(safe)} is safe.${expiresAt ? ` Resume before ${f.shortDateTime(expiresAt)}; the upload link ends then.` : ""}`,
  }),
  "up.offline": (safe: number, total: number): StateWords => ({
    title: `Connection lost at ${f.percent(safe, total)}`,
    body: `${f.bytes(safe)} is safe. We continue by ourselves when you are back online. Keep this page open.`,
  }),
  "up.retrying": (safe: number, tries: number, most: number): StateWords => ({
    title: tries <= most ? `Having trouble, trying again (${tries} of ${most})` : "Having trouble, trying again",
    body: `${f.bytes(safe)} is safe. Keep this page open.`,
  }),
  "up.stopped": (safe: number, total: number): StateWords => ({
    title: `The upload stopped at ${f.percent(safe, total)}`,
    body: `${f.bytes(safe)} is safe. Try again; if it stops again, try another network.`,
  }),
  "up.other_tab": (): StateWords => ({
    title: "This upload runs in another tab",
    body: "Progress is shown here too. Keep the other tab open.",
  }),
  "up.link_expired": (): StateWords => ({
    title: "The upload link ran out",
    body: "Nothing was submitted. Start again from 0 %; the bytes sent so far cannot be moved to a new link.",
  }),
  "up.session_expired": (platform: string): StateWords => ({
    title: "Sign-in ended, upload still running",
    body: `Your video keeps uploading. When it is done, open the assignment again in ${platform} to submit.`,
  }),
  "up.session_over": (platform: string): StateWords => ({
    title: "Your sign-in has ended",
    body: `Anything you uploaded is safe. Open the assignment again in ${platform} to go on.`,
  }),
  "up.file_changed": (name: string): StateWords => ({
    title: `${name} is not the file you started with`,
    body: "What arrived so far is safe. Choose the original to continue, or start over with this one.",
  }),
  "up.unreadable": (name: string, safe: number): StateWords => ({
    title: `We cannot read ${name} any more`,
    body: `${f.bytes(safe)} is safe. Put the file back or close apps using it, then choose it again to carry on.`,
  }),
  "up.quota": (at: number): StateWords => ({
    title: "Uploads are paused for your school",
    body: `There is no room for new videos at the moment. Nothing was sent. Your attempt at ${f.time(at)} is logged; tell your teacher.`,
  }),
  "up.busy": (nextTryAt: number | null, now: number): StateWords => ({
    title: "Many people are uploading",
    body: `${nextTryAt ? `We start by ourselves in about ${f.span(Math.max(1000, nextTryAt - now))}.` : "We start by ourselves."} Keep this page open.`,
  }),
  "up.refused": (title: string, detail: string): StateWords => ({ title, body: detail }),
  "up.cancelled": (): StateWords => ({ title: "Upload cancelled", body: "Nothing was submitted." }),
  "vid.uploaded": (replaces: boolean): StateWords => ({
    title: "Uploaded",
    body: `You can submit now. We are making it playable (usually 1–3 min).${
      replaces ? " Your earlier video stays submitted until then." : ""
    }`,
  }),
  "vid.verifying": (): StateWords => ({
    title: "All bytes are sent",
    body: "We are checking that everything arrived. Keep this page open.",
  }),
  "vid.slow": (since: string): StateWords => ({
    title: "Still processing",
    body: `Longer than usual (since ${f.time(since)}). Your video is safe. You can submit now and close this page.`,
  }),
  "vid.failed.non_video": (): StateWords => ({
    title: "That file is not a video",
    body: "Nothing was submitted. Choose another.",
  }),
  "vid.failed.malformed": (): StateWords => ({
    title: "The video is damaged",
    body: "Nothing was submitted. Export it again and upload the new file.",
  }),
  "vid.failed.duration": (tooShort: boolean, limit: number): StateWords => ({
    title: tooShort ? "The video is too short" : "The video is too long",
    body: tooShort
      ? "Nothing was submitted. Choose another."
      : `Nothing was submitted. The limit is ${f.length(limit)}. Trim it, then upload it again.`,
  }),
  "vid.failed.unknown": (): StateWords => ({
    title: "We could not process this video",
    body: "Nothing was submitted. Upload it once more; if it fails again, send us the reference.",
  }),
  "vid.failed_after_submit": (late: boolean, canUpload: boolean): StateWords => ({
    title: "Your video cannot be played",
    body: `You submitted${late ? " late" : " on time"}, and that stays recorded. ${
      canUpload ? "Export the video and upload it again." : "Submissions are closed: write to your teacher."
    }`,
  }),
  "vid.expired": (): StateWords => ({
    title: "Your upload was not finished in time",
    body: "The upload link ran out and nothing was submitted. Start again.",
  }),
  "preview.ready": (): StateWords => ({ title: "Check your video", body: "Is this the right one? Sound on." }),
  "submit.pending": (): StateWords => ({ title: "Submitting…" }),
  "submit.unknown": (): StateWords => ({
    title: "Checking whether it arrived…",
    body: "Do not worry about pressing twice: it counts once.",
  }),
  "submit.refused": (title: string, detail: string): StateWords => ({ title, body: detail }),
  "submit.done": (at: string): StateWords => ({
    title: `Submitted ${f.dateTimeSeconds(at)}`,
    body: "Your teacher has it. The receipt below is yours to keep.",
  }),
  "withdraw.ok": (): StateWords => ({
    title: "Withdrawn",
    body: "Nothing is submitted now. Your video is still here.",
  }),
  "withdraw.closed": (): StateWords => ({
    title: "You cannot withdraw any more",
    body: "Feedback has started or submissions are closed. Your video stays submitted; ask your teacher.",
  }),
  "fb.ready": (points: number | null, most: number): StateWords => ({
    title: points === null ? "Feedback from your teacher" : `${f.points(points)} of ${f.points(most)}`,
  }),
  "video.deleted": (at: string | null, reason: Video["deleted_reason"]): StateWords => ({
    title: at ? `This video was deleted on ${f.date(at)}` : "This video is deleted",
    body: `${reason ? `${DELETED[reason]} ` : ""}Your submission, grade and comments stay.`,
  }),
} as const;

/** Why a video's bytes are gone. */
export const DELETED: Record<NonNullable<Video["deleted_reason"]>, string> = {
  retention: "The course's rule deletes videos after a time.",
  cancelled: "Its upload was cancelled.",
  expired: "Its upload was never finished.",
  gone_at_stream: "It disappeared at the video service.",
  person_erased: "The data of its owner were erased.",
};

const KINDS: Record<string, string> = {
  image: "a picture",
  audio: "a sound recording",
  pdf: "a PDF",
  archive: "an archive or office file",
  document: "a document",
  program: "a program",
};

/** The words of a file that cannot be used. */
export function refusalWords(refusal: Refusal): StateWords {
  switch (refusal.id) {
    case "pick.several":
      return states["pick.several"](refusal.names);
    case "pick.empty":
      return states["pick.empty"](refusal.name);
    case "pick.unreadable":
      return states["pick.unreadable"](refusal.name);
    case "pick.wrong_type":
      return states["pick.wrong_type"](refusal.name, refusal.what);
    case "pick.too_large":
      return states["pick.too_large"](refusal.name, refusal.bytes, refusal.limit);
    case "pick.too_long":
      return states["pick.too_long"](refusal.name, refusal.seconds, refusal.limit);
  }
}
