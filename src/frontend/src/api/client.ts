// One function talks to the server (`call`); the methods name the endpoints. The session token never leaves this module.
import type { PageConfig } from "../config";
import { Problem, problemFrom, TIMED_OUT, UNREACHABLE } from "./problems";
import type {
  Assignment,
  AssignmentPatch,
  Grade,
  MyWork,
  Playback,
  Queue,
  StartUpload,
  Submission,
  Upload,
  UploadEvent,
  UploadOffset,
  Video,
} from "./wire";

interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  timeoutMs?: number;
  /** Lets the request outlive the page, for the last word of an upload. */
  keepalive?: boolean;
}

export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

/** How long any call may take; submitting has its own, shorter one. */
const DEFAULT_TIMEOUT_MS = 30_000;

export class Client {
  /** Called once when the server says that the session token has ended. */
  onSessionEnded: () => void = () => {};
  private sessionEnded = false;
  private readonly base: string;
  private readonly token: string;
  private readonly fetch: Fetch;

  constructor(
    config: Pick<PageConfig, "api" | "session_token">,
    fetch: Fetch = (input, init) => window.fetch(input, init),
  ) {
    this.base = config.api;
    this.token = config.session_token;
    this.fetch = fetch;
  }

  assignment = (id: string) => this.call<Assignment>("GET", `/assignments/${id}`);
  patchAssignment = (id: string, version: number, patch: AssignmentPatch) =>
    this.call<Assignment>("PATCH", `/assignments/${id}`, { body: patch, headers: { "If-Match": `"${version}"` } });
  myWork = (assignmentId: string) => this.call<MyWork>("GET", `/assignments/${assignmentId}/my-work`);
  queue = (assignmentId: string) => this.call<Queue>("GET", `/assignments/${assignmentId}/queue`);

  startUpload = (body: StartUpload, key: string, signal?: AbortSignal) =>
    this.call<Upload>("POST", "/uploads", { body, headers: { "Idempotency-Key": key }, ...(signal && { signal }) });
  upload = (id: string) => this.call<Upload>("GET", `/uploads/${id}`);
  uploadOffset = (id: string) => this.call<UploadOffset>("GET", `/uploads/${id}/offset`);
  completeUpload = (id: string) => this.call<Video>("POST", `/uploads/${id}/complete`);
  reportUpload = (id: string, body: UploadEvent) =>
    this.call<void>("POST", `/uploads/${id}/events`, { body, keepalive: true });
  cancelUpload = (id: string) => this.call<void>("DELETE", `/uploads/${id}`, { keepalive: true });

  video = (id: string) => this.call<Video>("GET", `/videos/${id}`);
  playback = (videoId: string) => this.call<Playback>("POST", `/videos/${videoId}/playback`);

  submit = (assignmentId: string, videoId: string, key: string, timeoutMs: number) =>
    this.call<Submission>("POST", "/submissions", {
      body: { assignment_id: assignmentId, video_id: videoId },
      headers: { "Idempotency-Key": key },
      timeoutMs,
    });
  withdraw = (submissionId: string) => this.call<void>("DELETE", `/submissions/${submissionId}`);

  grade = (submissionId: string) => this.call<Grade>("GET", `/submissions/${submissionId}/grade`);
  /** `version` null: the first grade, refused (412) when somebody else was quicker. */
  saveGrade = (submissionId: string, version: number | null, points: number | null, comment: string) =>
    this.call<Grade>("PUT", `/submissions/${submissionId}/grade`, {
      body: { points, comment },
      headers: version === null ? { "If-None-Match": "*" } : { "If-Match": `"${version}"` },
    });
  resendGrade = (submissionId: string) => this.call<Grade>("POST", `/submissions/${submissionId}/grade/resend`);

  private async call<Answer>(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const timeout = AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const headers: Record<string, string> = {
      Accept: "application/json",
      Authorization: `Bearer ${this.token}`,
      ...options.headers,
    };
    const init: RequestInit = {
      method,
      headers,
      credentials: "omit",
      cache: "no-store",
      keepalive: options.keepalive ?? false,
      signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
    };
    if (options.body !== undefined) {
      headers["Content-Type"] = "application/json";
      init.body = JSON.stringify(options.body);
    }
    let response: Response;
    try {
      response = await this.fetch(this.base + path, init);
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw timeout.aborted
        ? new Problem(0, { code: TIMED_OUT, title: "The server did not answer in time" })
        : new Problem(0, { code: UNREACHABLE, title: "We cannot reach the server" });
    }
    if (!response.ok) {
      const problem = await problemFrom(response);
      if (response.status === 401 && !this.sessionEnded) {
        this.sessionEnded = true;
        this.onSessionEnded();
      }
      throw problem;
    }
    if (response.status === 204) return undefined as Answer;
    return (await response.json()) as Answer;
  }
}

/** A fresh Idempotency-Key; `crypto.randomUUID` is missing where an http page frames us. */
export function newKey(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
