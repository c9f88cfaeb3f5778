// Canned answers for every state worth looking at. A scene's name is its session token, so the mock server keeps no sessions.

import type { Assignment, Grade, MyWork, Queue, QueueItem, Submission, Upload, Video } from "../src/api/wire";
import type { PageConfig } from "../src/config";

export interface Scene {
  mode: PageConfig["mode"];
  work?: MyWork;
  grade?: Grade;
  upload?: Upload;
  queue?: Queue;
  /** Answers 412 to the first grade that is saved. */
  conflict?: Grade | undefined;
  down?: boolean;
}

const HOUR = 3_600_000;
const now = Date.now();
export const at = (hours: number) => new Date(now + hours * HOUR).toISOString();

const assignment: Assignment = {
  id: "019a0000-0000-7000-8000-000000000001",
  title: "Hand hygiene demonstration",
  instructions:
    "Show the complete six-step technique at a sink. Name each step aloud before you do it. Film from the waist up with your hands in frame the whole time.",
  course: { id: "c", title: "Clinical skills", label: "NUR 204" },
  points_max: 100,
  opens_at: null,
  due_at: at(2.17),
  closes_at: at(50),
  dates_source: "teacher",
  max_bytes: 5_000_000_000,
  max_duration_seconds: 600,
  attempts_allowed: 2,
  retention_days: 180,
  grace_minutes: 60,
  gradebook: true,
  version: 3,
  accepted_extensions: [".mp4", ".mov", ".webm", ".mkv", ".avi", ".3gp"],
};

export function video(change: Partial<Video> = {}): Video {
  return {
    id: "019a0000-0000-7000-8000-00000000000a",
    assignment_id: assignment.id,
    status: "ready",
    filename: "hand-hygiene-take2.mov",
    size_bytes: 2_600_000_000,
    duration_seconds: 492,
    width: 1920,
    height: 1080,
    progress_percent: 100,
    error_code: null,
    error_reason: null,
    intent_at: at(-0.6),
    uploaded_at: at(-0.3),
    ready_at: at(-0.25),
    delete_at: at(24 * 180),
    deleted_at: null,
    deleted_reason: null,
    ...change,
  };
}

export function submission(change: Partial<Submission> = {}): Submission {
  return {
    id: "019a0000-0000-7000-8000-0000000000b1",
    assignment_id: assignment.id,
    attempt: 1,
    status: "submitted",
    late: false,
    intent_at: at(-0.6),
    submitted_at: at(-0.1),
    withdrawn_at: null,
    receipt: "VA-7F3K-21QD",
    person: { id: "p1", name: "Amira Haddad" },
    video: video(),
    ...change,
  };
}

function work(change: Partial<MyWork> = {}): MyWork {
  return {
    assignment,
    video: null,
    submission: null,
    attempts: [],
    attempts_left: 2,
    can: { upload: true, submit: true, withdraw: false },
    closed_reason: null,
    is_late_now: false,
    now: at(0),
    ...change,
  };
}

function submitted(change: Partial<Submission> = {}, more: Partial<MyWork> = {}): MyWork {
  const one = submission(change);
  return work({
    video: one.video,
    submission: one,
    attempts: [one],
    attempts_left: 1,
    can: { upload: true, submit: false, withdraw: true },
    ...more,
  });
}

export function grade(change: Partial<Grade> = {}): Grade {
  return {
    submission_id: "019a0000-0000-7000-8000-0000000000b1",
    points: 78,
    points_max: 100,
    comment: "You skipped the thumbs here. Watch from 2:40.\nClear naming of each step.",
    graded_by: { id: "t1", name: "Dr Ines Okafor" },
    graded_at: at(-0.05),
    version: 1,
    delivery: { status: "sent", sent_at: at(-0.04), next_attempt_at: null, attempts: 1, problem: null, code: null },
    ...change,
  };
}

const unfinished: Upload = {
  id: video().id,
  assignment_id: assignment.id,
  status: "uploading",
  filename: "hand-hygiene-take2.mov",
  size_bytes: 2_600_000_000,
  fingerprint: "hand-hygiene-take2.mov|2600000000|1|abc",
  upload_url: "/tus/unfinished",
  offset_bytes: 1_638_000_000,
  chunk_size_bytes: 5_242_880,
  max_chunk_size_bytes: 52_428_800,
  expires_at: at(4),
  created_at: at(-1),
};

const people: [string, Partial<Submission> | null, Partial<Video>, Grade | null][] = [
  ["Priya Raman", { submitted_at: at(-26) }, { duration_seconds: 535 }, null],
  ["Amira Haddad", { submitted_at: at(-20) }, { duration_seconds: 492 }, null],
  ["Noah van Dijk", { submitted_at: at(-16) }, { duration_seconds: 479 }, null],
  ["Lucía Fernández", { submitted_at: at(-15) }, { duration_seconds: 348 }, null],
  [
    "Sofía Marín",
    { submitted_at: at(-9) },
    { status: "failed", error_reason: "malformed", duration_seconds: null },
    null,
  ],
  [
    "Jonas Weber",
    { submitted_at: at(-3) },
    { status: "processing", progress_percent: 40, duration_seconds: 580 },
    null,
  ],
  ["Mei-Ling Chan", { submitted_at: at(-2), late: true }, { duration_seconds: 425 }, null],
  ["Kwame Boateng", { submitted_at: at(-1.9), late: true }, { duration_seconds: 551 }, null],
  [
    "Tomasz Nowak",
    { submitted_at: at(-8) },
    { duration_seconds: 600 },
    grade({
      delivery: { status: "due", sent_at: null, next_attempt_at: null, attempts: 0, problem: null, code: null },
    }),
  ],
  ["Ida Svensson", { submitted_at: at(-30) }, { duration_seconds: 401 }, grade({ points: 91 })],
  [
    "Omar Benali",
    { submitted_at: at(-31) },
    { duration_seconds: 390 },
    grade({
      points: 64,
      delivery: {
        status: "parked",
        sent_at: null,
        next_attempt_at: null,
        attempts: 3,
        problem: "Moodle does not let Omar Benali have grades (left the course or wrong role)",
        code: "score.learner_not_gradable",
      },
    }),
  ],
  ["Elif Demir", null, { status: "uploading", progress_percent: 81 }, null],
  ["Oskar Lund", null, { status: "uploading", progress_percent: 42 }, null],
  ["Hana Kobayashi", null, { status: "requested", progress_percent: 7 }, null],
  ["Ben Carter", null, {}, null],
];

const items: QueueItem[] = people.map(([name, sub, vid, given], index) => {
  const person = { id: `p${index}`, name };
  const own = video({ id: `v${index}`, ...vid });
  const handed = sub && submission({ ...sub, id: `s${index}`, person, video: own });
  return {
    person,
    submission: handed,
    uploading:
      vid.status && !handed ? { intent_at: at(-0.5), percent: vid.progress_percent ?? 0, status: vid.status } : null,
    attempts: handed ? [handed] : [],
    grade: given && { ...given, submission_id: `s${index}` },
  };
});

const queue: Queue = {
  assignment: { ...assignment, due_at: at(-2.1) },
  items,
  counts: { people: 15, submitted: 11, to_grade: 8, problems: 2, not_submitted: 4, uploading: 3 },
  now: at(0),
};

const late: Partial<MyWork> = { is_late_now: true, assignment: { ...assignment, due_at: at(-3.33) } };
const closed: Partial<MyWork> = {
  can: { upload: false, submit: false, withdraw: false },
  closed_reason: "closed",
  assignment: { ...assignment, due_at: at(-60), closes_at: at(-12) },
};

export const scenes: Record<string, Scene> = {
  empty: { mode: "student", work: work() },
  late: { mode: "student", work: work(late) },
  closed: { mode: "student", work: work(closed) },
  "closed-draft": { mode: "student", work: work({ ...closed, video: video() }) },
  "not-open": {
    mode: "student",
    work: work({
      can: { upload: false, submit: false, withdraw: false },
      closed_reason: "not_open",
      assignment: { ...assignment, opens_at: at(30), due_at: at(100) },
    }),
  },
  resume: {
    mode: "student",
    upload: unfinished,
    work: work({ video: video({ status: "uploading", uploaded_at: null, ready_at: null }) }),
  },
  processing: {
    mode: "student",
    work: work({
      video: video({ status: "processing", ready_at: null, progress_percent: 34, uploaded_at: at(-0.02) }),
    }),
  },
  draft: { mode: "student", work: work({ video: video() }) },
  failed: {
    mode: "student",
    work: work({ video: video({ status: "failed", ready_at: null, error_reason: "malformed" }) }),
  },
  submitted: { mode: "student", work: submitted() },
  replacing: {
    mode: "student",
    work: submitted({}, { video: video({ id: "second" }), can: { upload: true, submit: true, withdraw: true } }),
  },
  "failed-after-submit": {
    mode: "student",
    work: submitted({ video: video({ status: "failed", ready_at: null, error_reason: "malformed" }) }),
  },
  graded: {
    mode: "student",
    work: submitted({}, { closed_reason: "graded", can: { upload: false, submit: false, withdraw: false } }),
    grade: grade(),
  },
  deleted: {
    mode: "student",
    work: submitted({
      video: video({ status: "deleted", deleted_at: at(-5), deleted_reason: "retention" }),
    }),
    grade: grade(),
  },
  down: { mode: "student", down: true },
  guest: { mode: "guest" },
  teacher: { mode: "teacher", queue },
  "teacher-conflict": {
    mode: "teacher",
    queue,
    conflict: grade({ points: 72, graded_by: { id: "t2", name: "Per Lindqvist" } }),
  },
  "teacher-empty": {
    mode: "teacher",
    queue: {
      ...queue,
      items: items.slice(-1),
      counts: { people: 1, submitted: 0, to_grade: 0, problems: 0, not_submitted: 1, uploading: 0 },
    },
  },
};
