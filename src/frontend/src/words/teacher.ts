// The words of the teacher's pages; only their chunk loads them.
import type { Grade, Video } from "../api/wire";
import { DELETED, type StateWords } from "./en";
import * as f from "./format";

export const states = {
  "t.queue.empty": (dueAt: string | null, people: number, now: number): StateWords => ({
    title: "No videos yet",
    body: `${dueAt ? `${Date.parse(dueAt) > now ? "Due in" : "Due time passed"} ${f.span(Date.parse(dueAt) - now)}${Date.parse(dueAt) > now ? "" : " ago"}. ` : ""}0 of ${people} submitted.`,
  }),
  "t.queue.done": (count: number): StateWords => ({
    title: count === 1 ? "The one submission is graded" : `All ${count} graded`,
    body: "New submissions appear here by themselves.",
  }),
  "t.queue.no_match": (query: string): StateWords => ({ title: `Nobody matches “${query}”` }),
  "t.queue.nothing": (): StateWords => ({ title: "Nobody is in this list" }),
  "t.review.processing": (since: string | null, now: number): StateWords => ({
    title: "Being made playable",
    body: `${since ? `Since ${f.span(now - Date.parse(since))}. ` : ""}It appears here by itself. You can go on with the next student.`,
  }),
  "t.review.playback_error": (): StateWords => ({
    title: "The video does not load",
    body: "Your network may block the video service, or the connection is down. Your grade and comment are kept.",
  }),
  "t.review.missing": (at: string | null, reason: Video["deleted_reason"]): StateWords => ({
    title: at ? `This video was deleted on ${f.date(at)}` : "This video is deleted",
    body: `${reason ? `${DELETED[reason]} ` : ""}The submission and its grade stay.`,
  }),
  "t.review.failed": (): StateWords => ({
    title: "This video cannot be played",
    body: "The student sees the same and is asked to upload it again.",
  }),
  "t.review.other_grader": (name: string | null, at: string, points: number | null, now: number): StateWords => ({
    title: `${name ?? "Somebody else"} saved a grade ${f.span(now - Date.parse(at))} ago (${points === null ? "no points" : f.points(points)}).`,
    body: "Yours is not saved.",
  }),
  "t.review.unsaved": (): StateWords => ({ title: "Your grade is not saved", body: "Save it, or leave without it." }),
  "t.setup.unsaved": (): StateWords => ({
    title: "Your changes are not saved",
    body: "Save them, or leave without them.",
  }),
  "t.review.new_attempt": (at: string): StateWords => ({
    title: `A newer attempt arrived at ${f.time(at)}.`,
    body: "You are looking at the older one.",
  }),
  "t.review.offline": (): StateWords => ({
    title: "You are offline.",
    body: "What you typed stays here. Save it when you are back online.",
  }),
  "t.grade.failed": (title: string, detail: string): StateWords => ({ title: `${title}.`, body: detail }),
  "t.setup.changed": (): StateWords => ({
    title: "Somebody else changed these settings meanwhile.",
    body: "Yours are not saved. Look at theirs, then change what you need.",
  }),
  "t.setup.saved": (): StateWords => ({ title: "Saved.", body: "Students see it at once." }),
} as const;

export const queue = {
  sections: { queue: "Queue", setup: "Setup" },
  summary: (submitted: number, people: number, secondsLeft: number) =>
    `${submitted} of ${people} submitted${secondsLeft > 0 ? `, about ${f.span(secondsLeft * 1000)} of video left to watch` : ""}.`,
  due: (at: string) => `Due ${f.dateTime(at)}.`,
  noDue: "No due time.",
  gradeNext: "Grade next",
  tabs: { to_grade: "To grade", all: "All", problems: "Problems", not_submitted: "Not submitted" },
  tabsLabel: "Lists of students",
  uploadingNow: (n: number) => `${n} uploading now`,
  find: "Find a student or receipt",
  keys: { move: "move", open: "open", all: "all keys" },
  columns: {
    student: "Student",
    submission: "Submission",
    video: "Video",
    submitted: "Submitted",
    late: "Late by",
    length: "Length",
    grade: "Grade",
    gradebook: "Gradebook",
  },
  caption: (tab: string) => `${tab}, oldest submission first`,
  none: "–",
  lateBy: (text: string) => `late by ${text}`,
  shown: (n: number, total: number) => (n === total ? `${n} of ${total}` : `1–${n} of ${total}`),
  showMore: (n: number) => `Show ${n} more`,
  unnamed: "No name",
  refreshFailed: "The list could not be renewed. What you see may be out of date.",
} as const;

export const review = {
  previous: "Previous student",
  next: "Next student",
  backToQueue: "Back to the queue",
  position: (n: number, total: number) => `${n} of ${total}`,
  onTime: (at: string, late: boolean) => `${f.shortDateTime(at)}, ${late ? "late" : "on time"}`,
  tabs: { feedback: "Feedback", attempts: "Attempts", info: "Info" },
  tabsLabel: "Feedback and facts",
  comment: "Comment for the student",
  commentHelp: "The student sees it with the grade.",
  info: {
    file: "File",
    size: "Size",
    length: "Length",
    picture: "Picture",
    started: "Upload started",
    uploaded: "Uploaded",
    playable: "Playable since",
    submitted: "Submitted",
    receipt: "Receipt",
    deleted: "Deleted on",
    gradedBy: "Graded by",
  },
  attempt: (n: number) => `Attempt ${n}`,
  attemptStatus: { submitted: "counts", replaced: "replaced", withdrawn: "withdrawn" },
  grade: "Grade",
  of: (most: number) => `of ${f.points(most)}`,
  save: "Save",
  saving: "Saving…",
  saveAndNext: "Save and next",
  unsaved: "Not saved yet",
  savedAt: (at: string, now: number) => `Saved ${f.timeNear(at, now)}`,
  invalid: (most: number) => `Points must be 0–${f.points(most)}.`,
  notSubmitted: "Nothing is submitted, so there is nothing to grade.",
  compare: "Compare",
  overwrite: "Overwrite with mine",
  discard: "Discard mine",
  yours: "Yours",
  theirs: (name: string | null) => name ?? "Theirs",
  noComment: "No comment",
  noPoints: "No points",
  switchAttempt: "Switch to it",
  leave: "Leave without saving",
  stay: "Stay",
  tryAgain: "Try again",
  resend: "Send again",
  resending: "Sending…",
  nextStudent: "Next student",
  allKeys: "all keys",
} as const;

/** The gradebook in words, never as a colour. */
export function delivery(
  grade: Grade,
  platform: string,
  now: number,
): { text: string; tone: "good" | "accent" | "warn" | "bad" | "none" } {
  const { status, sent_at, next_attempt_at, attempts, problem } = grade.delivery;
  switch (status) {
    case "none":
      return {
        text: grade.points === null ? "No points, so nothing is sent" : "Stays here: no gradebook column",
        tone: "none",
      };
    case "due":
      return { text: "Sending…", tone: "accent" };
    case "sent":
      return { text: sent_at ? `In ${platform} since ${f.timeNear(sent_at, now)}` : `In ${platform}`, tone: "good" };
    case "retrying":
      return {
        text: `${problem ?? `${platform} did not answer`}${next_attempt_at ? `, next try ${f.timeNear(next_attempt_at, now)}` : ""} (try ${attempts})`,
        tone: "warn",
      };
    case "parked":
      return { text: problem ?? `${platform} refused it`, tone: "bad" };
  }
}

export const keys = {
  title: "Keys",
  hints: { play: "play", skip: "10 s", grade: "grade" },
  single: "Use single keys",
  review: [
    ["K", "or Space: play, pause"],
    ["J", "10 s back"],
    ["L", "10 s on"],
    ["← →", "5 s back, on"],
    [", .", "one frame back, on"],
    ["< >", "slower, faster"],
    ["G", "to the grade"],
    ["Ctrl Enter", "save and next"],
    ["Esc", "back to the queue"],
  ],
  queue: [
    ["J", "next student"],
    ["K", "previous student"],
    ["Enter", "open"],
    ["/", "find a student"],
  ],
  both: [["?", "this list"]],
} as const;

export const setup = {
  title: "Setup",
  lead: "Changes count at once, also for students who are uploading.",
  groups: { what: "What students hand in", when: "When", grading: "Grading", privacy: "Privacy" },
  instructions: "Instructions",
  instructionsHelp: "Plain text. Students see it under the upload.",
  maxMinutes: "Longest video",
  minutes: "minutes",
  opens: "Opens",
  due: "Due",
  closes: "Closes",
  closesHelp: "Late videos are taken and marked late until the closing time, or until graded when there is none.",
  timesIn: (zone: string) => `Times are in your zone, ${zone}.`,
  fromPlatform: (platform: string) => `Dates come from ${platform}. Change them there.`,
  notSet: "not set",
  points: "Points",
  attempts: "Attempts",
  attemptsHelp: "Empty: as many as they like.",
  retention: "Delete videos",
  retentionUnit: "days after upload",
  retentionHelp: "Empty: the usual time of this service. Students see the rule before they upload.",
  save: "Save",
  saving: "Saving…",
  discard: "Discard changes",
  nothing: "Nothing to save.",
  errors: {
    number: (low: number, high: number) => `A whole number, ${low}–${high}.`,
    points: "A number above 0, at most 10 000.",
    order: "Opens, due and closes must follow each other.",
    summary: "Some fields need a change.",
  },
  means: {
    title: "What this means",
    students: "Students",
    atMost: "Video, at most",
    watch: "Time to watch at 1.5×",
    note: "If every student uses the full length once.",
    gradebook: "Gradebook column",
    yes: "connected",
    no: "not offered",
  },
} as const;
