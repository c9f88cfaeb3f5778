// Every word of the student's page and of what all pages share.
import * as f from "./format";

export { DELETED, refusalWords, type StateWords, states } from "./states";

const until = (closesAt: string | null, dueAt: string | null): string =>
  dueAt ? `until ${f.shortDateTime(dueAt)}` : closesAt ? `until ${f.shortDateTime(closesAt)}` : "until it is graded";

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
