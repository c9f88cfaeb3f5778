// Every word of the page. Keys of `states` are the state ids; each answers in this order: what happened, is my work safe, what to do now.
import type { Video } from "../api/wire";
import type { Refusal } from "../upload/check";
import * as f from "./format";

export interface StateWords {
  title: string;
  body?: string;
}

const until = (closesAt: string | null, dueAt: string | null): string =>
  dueAt ? `until ${f.shortDateTime(dueAt)}` : closesAt ? `until ${f.shortDateTime(closesAt)}` : "until it is graded";

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

export const actions = {
  upload: "Upload a file",
  chooseFile: "Choose file",
  chooseAnother: "Choose another",
  uploadAgain: "Upload again",
  startOver: "Start over",
  startAgain: "Start again",
  startOverWith: "Start over with this file",
  keepIt: "Keep it",
  pause: "Pause",
  resume: "Resume",
  cancelUpload: "Cancel upload",
  cancel: "Cancel",
  tryNow: "Try now",
  tryAgain: "Try again",
  useThisTab: "Use this tab instead",
  openIn: (platform: string) => `Open in ${platform}`,
  reviewAndSubmit: "Review and submit",
  submit: "Submit",
  submitAnyway: "Submit anyway",
  submitting: "Submitting…",
  notYet: "Not yet",
  replace: "Replace",
  withdraw: "Withdraw",
  withdrawing: "Withdrawing…",
  keepSubmitted: "Keep it submitted",
  watch: "Watch",
  hide: "Hide video",
  back: "Back",
  done: "Done",
  checkAgain: "Check again",
  printReceipt: "Print receipt",
  copyReceipt: "Copy receipt",
  copied: "Copied",
  copyDetails: "Copy details",
  howSmaller: "How to make it smaller",
  howConvert: "How to convert",
  howExport: "How to export it again",
} as const;

export const student = {
  due: (at: string, now: number) => ({
    main: `${Date.parse(at) >= now ? "Due" : "Was due"} ${f.dateTime(at)}`,
    relative: Date.parse(at) >= now ? `in ${f.span(Date.parse(at) - now)}` : `${f.span(now - Date.parse(at))} ago`,
  }),
  noDue: "No due time",
  graded: (at: string) => `Graded ${f.date(at)}`,
  gradedBy: (name: string) => `by ${name}`,
  dropHint: "Or drop a video anywhere on this page.",
  dropNow: "Drop the video to upload it",
  instructions: "Instructions",
  facts: { limits: "Limits", attempts: "Attempts", who: "Who can see it", deleted: "Deleted on" },
  limits: (maxSeconds: number, maxBytes: number) =>
    `Up to ${f.length(maxSeconds)} and ${f.bytes(maxBytes)}. MP4, MOV, WebM and most video files.`,
  attemptsLeft: (left: number | null, allowed: number | null) =>
    left === null || allowed === null ? "As many as you like" : `${left} of ${allowed} left`,
  whoSees: "Only you and your teachers.",
  deletedOn: (at: string | null, days: number | null) => {
    if (at) return `${f.date(at)}${days ? ` (course rule: after ${f.count(days, days === 1 ? "day" : "days")})` : ""}.`;
    return days
      ? `${f.count(days, days === 1 ? "day" : "days")} after it was uploaded (course rule).`
      : "No date is set.";
  },
  attempts: "Attempts",
  attempt: (n: number) => `Attempt ${n}`,
  attemptStatus: { withdrawn: "Withdrawn", replaced: "Replaced" },
  sound: { yes: "has sound", no: "no sound" },
  timeLeft: (seconds: number | null) =>
    seconds === null
      ? "measuring…"
      : seconds < 10
        ? "a few seconds left"
        : `about ${f.span(roundUp(seconds) * 1000)} left`,
  safe: (safe: number, total: number) => `${f.bytesOf(safe, total)} is safe`,
  nextTry: (seconds: number, lostAt: number | null) =>
    `Next try in ${f.count(seconds, "s")}.${lostAt ? ` Lost at ${f.timeSeconds(lostAt)}.` : ""}`,
  lost: (lostAt: number) => `Lost at ${f.timeSeconds(lostAt)}.`,
  uploadedAt: (at: string, now: number, size: number) => `Uploaded ${f.timeNear(at, now)} · ${f.bytes(size)}`,
  reference: "Reference",
  receipt: "Receipt",
  receiptFacts: { submitted: "Submitted", file: "File", started: "Upload started", by: "Handed in by", late: "Marked" },
  receiptLate: "late",
  receiptHint: "Keep the number: your teacher finds your submission by it.",
  stays: (n: number) => `Attempt ${n} stays submitted until you submit the new video.`,
  gradebook: { sent: "In the gradebook", soon: (platform: string) => `${platform} shows it soon` },
  higherQuality: "Higher quality is still being prepared.",
  forecast: {
    on_time: (finishesAt: number, dueAt: string) =>
      `Finishes about ${f.time(finishesAt)}, ${f.span(Date.parse(dueAt) - finishesAt)} before the due time.`,
    on_time_no_due: (finishesAt: number) => `Finishes about ${f.time(finishesAt)}.`,
    in_grace: (finishesAt: number, until: number) =>
      `Finishes about ${f.time(finishesAt)}, after the due time. Started in time, it may finish until ${f.time(until)}.`,
    late: (finishesAt: number, dueAt: string) =>
      `Finishes about ${f.time(finishesAt)}, after the due time (${f.time(dueAt)}). It may be marked late.`,
    after_closing: (finishesAt: number, closesAt: string) =>
      `Finishes about ${f.time(finishesAt)}, after submissions close (${f.shortDateTime(closesAt)}). Tell your teacher now.`,
  },
  testUser: "You are looking at this page as a test student.",
} as const;

function roundUp(seconds: number): number {
  if (seconds < 60) return Math.ceil(seconds / 10) * 10;
  return Math.ceil(seconds / 60) * 60;
}

export const truths = {
  label: "What is certain",
  uploading: "Uploading",
  uploaded: "Uploaded",
  playable: "Playable",
  notPlayable: "Not playable",
  submitted: "Submitted",
  keepOpen: "keep this page open",
  held: "on hold",
  afterUpload: "1–3 min after upload",
  beingMade: (percentDone: number | null) => (percentDone ? `being made, ${percentDone} %` : "being made, 1–3 min"),
  youPress: "you press Submit",
  notYet: "not yet",
  since: (at: string, now: number) => `since ${f.timeNear(at, now)}`,
  onTime: (at: string, late: boolean, now: number) => `${f.timeNear(at, now)}, ${late ? "late" : "on time"}`,
  damaged: "the file is damaged",
  notVideo: "not a video",
  tooLong: "too long",
  tooShort: "too short",
  unknown: "reason unknown",
  deleted: "deleted",
} as const;

export const chips = {
  submission: "Submission",
  video: "Video",
  not_submitted: "Not submitted",
  draft: "Draft",
  submitted: "Submitted",
  late: "Submitted late",
  graded: "Graded",
  none: "None",
  uploading: (percentDone: number | null) => (percentDone === null ? "Uploading" : `Uploading ${percentDone}\u00a0%`),
  uploaded: "Uploaded",
  processing: "Processing",
  ready: "Ready",
  problem: "Problem",
  deleted: "Deleted",
} as const;

export const submitDialog = {
  title: (assignment: string) => `Submit ${assignment}?`,
  body: (attempt: number, allowed: number | null, dueAt: string | null, closesAt: string | null, late: boolean) =>
    `Attempt ${attempt}${allowed === null ? "" : ` of ${allowed}`}. ${
      late
        ? "It will be marked late. You can replace or withdraw it until it is graded."
        : `You can replace or withdraw it ${until(closesAt, dueAt)}.`
    }`,
  statement: "This is my own work, and everyone in the video agreed to be filmed.",
  missing: "Tick the box to submit.",
} as const;

export const withdrawDialog = {
  title: (assignment: string) => `Withdraw your submission of ${assignment}?`,
  body: "Your teacher cannot see it any more, and nothing counts as submitted. Your video stays here; you can submit it again while submissions are open.",
} as const;

export const cancelDialog = {
  title: "Cancel this upload?",
  body: (safe: number) => `${f.bytes(safe)} already arrived and would be deleted. Nothing is submitted.`,
  keep: "Keep uploading",
  cancel: "Cancel upload",
} as const;

export const chrome = {
  product: "fieldreel",
  help: "Help",
  more: "Page settings",
  theme: "Colours",
  themes: { light: "Light", dark: "Dark", auto: "Device" },
  contrast: "More contrast",
  close: "Close",
  loading: "Loading the assignment…",
  unavailable: "This part of the page could not be loaded.",
  version: (version: string) => `fieldreel ${version}`,
} as const;

export const help = {
  title: "Help",
  sections: [
    {
      id: "submit",
      title: "When does my video count?",
      body: "When you press Submit and see a receipt. Uploading alone does not count: your teacher sees nothing before you submit.",
    },
    {
      id: "connection",
      title: "My connection is bad",
      body: "Keep the page open: it goes on by itself. If you close it, open the assignment again and choose the same file; it continues where it stopped.",
    },
    {
      id: "smaller",
      title: "How to make a video smaller",
      body: "Export it at 1080p (Full HD) in your phone's or computer's video editor. Ten minutes are then usually under 1 GB. Trim what is not needed.",
    },
    {
      id: "convert",
      title: "How to convert a video",
      body: "Open it in a video editor and export it as MP4 (H.264). Free programs such as HandBrake or VLC do that too.",
    },
    {
      id: "export",
      title: "How to export it again",
      body: "Play the file on your device first. If it stops or has no picture there, export it once more from the app that made it, and wait until the export is finished.",
    },
    {
      id: "who",
      title: "Who can see it?",
      body: "You and the teachers of this course. The link to the video is made for each viewing and ends by itself.",
    },
  ],
  teacherSections: [
    {
      id: "queue",
      title: "What is in the queue?",
      body: "Everybody of the course. To grade holds submitted videos without a grade, oldest first.",
    },
    {
      id: "gradebook",
      title: "When is a grade in the gradebook?",
      body: "Saving a grade sends it. The line beside the grade says in words whether it arrived, and what to do when it did not.",
    },
  ],
} as const;
