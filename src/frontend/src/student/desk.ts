// Everything the student's page does, without a pixel: it loads the work, runs the upload, submits, and keeps one state for the view.
import type { Client } from "../api/client";
import { newKey } from "../api/client";
import { asProblem, type Problem } from "../api/problems";
import type { Grade, MyWork, Upload } from "../api/wire";
import { Awake } from "../upload/awake";
import { checkFiles, type Pick } from "../upload/check";
import { sameFile } from "../upload/fingerprint";
import { Tabs } from "../upload/tabs";
import { Transfer, type TransferView } from "../upload/transfer";
import { type Tus, tus } from "../upload/tus";
import { type Doing, draftOf, type Known } from "./situation";

export interface DeskState extends Omit<Known, "work" | "now"> {
  work: MyWork | null;
  loadProblem: Problem | null;
  pick: Pick | null;
}

const RELOAD_MS = 15_000;
const POLL_MS = 3_000;
/** Every so many polls the server is asked to look at Stream itself, in case a webhook was lost. */
const POLLS_PER_CHECK = 5;
const SUBMIT_TIMEOUT_MS = 15_000;
const BUSY_RETRY_SECONDS = 15;
const BUSY = new Set(["stream.busy", "stream.rate_limited", "stream.unavailable", "request.rate_limited"]);

export class Desk {
  state: DeskState = {
    work: null,
    loadProblem: null,
    grade: null,
    upload: null,
    transfer: null,
    mirror: null,
    doing: { kind: "nothing" },
    pick: null,
    sessionEnded: false,
  };

  private readonly listeners = new Set<() => void>();
  private readonly tabs: Tabs;
  private readonly awake = new Awake();
  private transfer: Transfer | null = null;
  private starting: { body: string; key: string } | null = null;
  private submitKey: { videoId: string; key: string } | null = null;
  private abortStart: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private polls = 0;
  private closed = false;

  constructor(
    private readonly client: Client,
    private readonly assignmentId: string,
    private readonly host: Tus = tus,
  ) {
    client.onSessionEnded = () => this.set({ sessionEnded: true });
    this.tabs = new Tabs(`fieldreel-upload-${assignmentId}`);
    this.tabs.onMirror = (mirror) => {
      if (this.transfer) return;
      this.set({ mirror });
      if (mirror === null) void this.load();
    };
    this.tabs.onHandOver = () => this.handOver();
    window.addEventListener("beforeunload", this.holdPage);
    document.addEventListener("visibilitychange", this.wake);
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.transfer?.cancel();
    this.tabs.close();
    this.awake.close();
    window.removeEventListener("beforeunload", this.holdPage);
    document.removeEventListener("visibilitychange", this.wake);
  }

  /** Reads the whole situation from the server; tries again by itself while it cannot be reached. */
  async load(): Promise<void> {
    try {
      const work = await this.client.myWork(this.assignmentId);
      const [grade, upload] = await Promise.all([this.gradeOf(work), this.uploadOf(work)]);
      this.set({ work, grade, upload, loadProblem: null });
      this.poll();
    } catch (error) {
      const loadProblem = asProblem(error);
      this.set({ loadProblem });
      if (loadProblem.retryable) this.later(RELOAD_MS, () => this.load());
    }
  }

  // --- choosing a file

  async choose(files: readonly File[]): Promise<void> {
    const { work } = this.state;
    if (!work || files.length === 0 || (this.transfer && !this.transfer.over)) return;
    this.transfer = null;
    this.set({ transfer: null, doing: { kind: "checking", name: files[0]?.name ?? "" } });
    const checked = await checkFiles(files, work.assignment);
    if (this.closed) return;
    if (!checked.ok) return this.do({ kind: "refused", refusal: checked.refusal });
    const { pick } = checked;
    this.set({ pick });
    const { upload } = this.state;
    if (upload) {
      if (sameFile(pick.fingerprint, upload.fingerprint)) return this.continueWith(upload, pick);
      return this.do({ kind: "file_changed", pick });
    }
    if (pick.hasSound === false) return this.do({ kind: "no_audio", pick });
    await this.start(pick);
  }

  /** Asks for an upload link and begins. The server cancels an unfinished upload of the same person. */
  async start(pick: Pick): Promise<void> {
    clearTimeout(this.timer);
    if (!(await this.tabs.acquire())) return this.do({ kind: "nothing" });
    this.do({ kind: "starting" });
    this.abortStart = new AbortController();
    const body = {
      assignment_id: this.assignmentId,
      filename: pick.file.name,
      size_bytes: pick.file.size,
      mime_type: pick.mime,
      duration_seconds: pick.durationSeconds,
      fingerprint: pick.fingerprint,
    };
    try {
      const upload = await this.client.startUpload(body, this.startKey(body), this.abortStart.signal);
      this.starting = null;
      this.set({ upload });
      this.send(upload, pick, 0);
    } catch (error) {
      if (this.abortStart.signal.aborted) return;
      this.startFailed(asProblem(error), pick);
    }
  }

  /** Stops asking for a link; the person chose another way. */
  cancelStart(): void {
    this.abortStart?.abort();
    clearTimeout(this.timer);
    this.tabs.leave();
    this.do({ kind: "nothing" });
  }

  /** Forgets a refusal or a question and shows the home again. */
  dismiss(): void {
    this.do({ kind: "nothing" });
    void this.load();
  }

  // --- the transfer

  pause = () => this.transfer?.pause();
  resume = () => this.transfer?.resume();
  tryNow = () => this.transfer?.nudge();

  async cancelUpload(): Promise<void> {
    const { upload } = this.state;
    this.transfer?.cancel();
    this.endTransfer();
    this.set({ upload: null, pick: null });
    this.do({ kind: "cancelled" });
    if (upload) await this.client.cancelUpload(upload.id).catch(() => undefined);
    await this.load();
  }

  /** The other tab stops; the person then chooses the file here, for only that tab holds it. */
  takeOver(): void {
    this.tabs.askForHandOver();
    this.set({ mirror: null });
    this.later(500, () => this.load());
  }

  // --- submitting

  preview = () => this.do({ kind: "preview" });

  async submit(): Promise<void> {
    const video = this.state.work && (draftOf(this.state.work) ?? this.state.work.video);
    if (!video || this.state.doing.kind === "submitting") return;
    if (this.submitKey?.videoId !== video.id) this.submitKey = { videoId: video.id, key: newKey() };
    this.do({ kind: "submitting" });
    try {
      const submission = await this.client.submit(this.assignmentId, video.id, this.submitKey.key, SUBMIT_TIMEOUT_MS);
      this.submitKey = null;
      const { work } = this.state;
      // Chips and receipt follow at once; `load` brings the rest.
      this.set({
        doing: { kind: "submitted", submission },
        ...(work && { work: { ...work, submission, video: submission.video } }),
      });
      await this.load();
    } catch (error) {
      const problem = asProblem(error);
      this.do(problem.unanswered ? { kind: "submit_unknown" } : { kind: "submit_refused", problem });
    }
  }

  async withdraw(): Promise<void> {
    const submission = this.state.work?.submission;
    if (!submission) return;
    try {
      await this.client.withdraw(submission.id);
      this.do({ kind: "withdrawn" });
    } catch (error) {
      this.do({ kind: "withdraw_refused", problem: asProblem(error) });
    }
    await this.load();
  }

  // --- inside

  private async gradeOf(work: MyWork): Promise<Grade | null> {
    // Who may withdraw has no feedback yet.
    if (!work.submission || work.can.withdraw) return null;
    try {
      return await this.client.grade(work.submission.id);
    } catch (error) {
      if (asProblem(error).status === 404) return null;
      throw error;
    }
  }

  private async uploadOf(work: MyWork): Promise<Upload | null> {
    const draft = draftOf(work);
    if (!draft || (draft.status !== "uploading" && draft.status !== "requested")) return null;
    if (this.transfer && this.state.upload?.id === draft.id) return this.state.upload;
    const upload = await this.client.upload(draft.id);
    return upload.upload_url ? upload : null;
  }

  private continueWith(upload: Upload, pick: Pick): void {
    void this.tabs.acquire().then((granted) => {
      if (granted) this.send(upload, pick, null);
      else this.do({ kind: "nothing" });
    });
  }

  private startKey(body: object): string {
    const text = JSON.stringify(body);
    if (this.starting?.body !== text) this.starting = { body: text, key: newKey() };
    return this.starting.key;
  }

  private startFailed(problem: Problem, pick: Pick): void {
    if (problem.code === "stream.quota_exceeded") {
      this.tabs.leave();
      this.do({ kind: "quota", at: Date.now(), problem });
    } else if (BUSY.has(problem.code) || problem.unanswered) {
      const delay = (problem.retryAfterSeconds ?? BUSY_RETRY_SECONDS) * 1000 * (1 + Math.random() / 4);
      this.do({ kind: "busy", nextTryAt: Date.now() + delay });
      this.later(delay, () => this.start(pick));
    } else {
      this.tabs.leave();
      this.starting = null;
      this.do({ kind: "upload_refused", problem });
    }
  }

  private send(upload: Upload, pick: Pick, offset: number | null): void {
    if (!upload.upload_url) return;
    const transfer = new Transfer(
      {
        url: upload.upload_url,
        file: pick.file,
        offset,
        chunkBytes: upload.chunk_size_bytes,
        maxChunkBytes: upload.max_chunk_size_bytes,
      },
      {
        tus: this.host,
        askOffset: async () => (await this.client.uploadOffset(upload.id)).offset_bytes,
        report: (kind, reason, offset_bytes) => {
          void this.client.reportUpload(upload.id, { kind, reason, offset_bytes, detail: null }).catch(() => undefined);
        },
        now: Date.now,
        random: Math.random,
        online: () => navigator.onLine,
      },
    );
    this.transfer = transfer;
    transfer.subscribe((view) => this.show(transfer, view));
    this.do({ kind: "nothing" });
    this.show(transfer, transfer.view);
    void transfer.run().then(() => this.transferOver(transfer, upload));
  }

  private show(transfer: Transfer, view: TransferView): void {
    if (this.transfer !== transfer) return;
    this.awake.want(transfer.underWay);
    this.tabs.publish(view);
    this.set({ transfer: view });
  }

  private async transferOver(transfer: Transfer, upload: Upload): Promise<void> {
    if (this.transfer !== transfer || this.closed) return;
    this.awake.want(false);
    this.tabs.leave();
    if (transfer.view.state !== "finished") {
      this.transfer = null; // the view keeps the last words: link ended, file unreadable
      if (transfer.view.state === "link_ended") this.set({ upload: null });
      return;
    }
    this.do({ kind: "verifying" });
    await this.verify(upload.id, 0);
  }

  /** The server looks whether all bytes arrived; only its answer makes the upload true. */
  private async verify(id: string, tries: number): Promise<void> {
    try {
      const video = await this.client.completeUpload(id);
      const { work } = this.state;
      this.endTransfer();
      this.set({ upload: null, pick: null, ...(work && { work: { ...work, video } }) });
      this.do({ kind: "nothing" });
      await this.load();
    } catch (error) {
      const problem = asProblem(error);
      if (this.closed || this.state.sessionEnded) return this.endTransfer();
      if (problem.retryable)
        return this.later(Math.min(RELOAD_MS, 1000 * 2 ** tries), () => this.verify(id, tries + 1));
      this.endTransfer();
      this.do({ kind: "upload_refused", problem });
    }
  }

  private endTransfer(): void {
    this.transfer = null;
    this.awake.want(false);
    this.tabs.leave();
    this.set({ transfer: null });
  }

  private handOver(): void {
    if (!this.transfer) return;
    this.transfer.cancel();
    this.endTransfer();
    void this.load();
  }

  private poll(): void {
    const { work } = this.state;
    const video = work && (draftOf(work) ?? work.submission?.video);
    if (video?.status !== "processing") return;
    this.later(document.hidden ? RELOAD_MS : POLL_MS, async () => {
      this.polls += 1;
      try {
        const { id } = video;
        const fresh = await (this.polls % POLLS_PER_CHECK === 0 && work && draftOf(work)
          ? this.client.completeUpload(id)
          : this.client.video(id));
        if (fresh.status === video.status) {
          const now = this.state.work;
          if (now?.video?.id === id) this.set({ work: { ...now, video: fresh } });
          return this.poll();
        }
        await this.load();
      } catch {
        this.poll();
      }
    });
  }

  private later(ms: number, act: () => Promise<void>): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.closed) void act();
    }, ms);
  }

  private do(doing: Doing): void {
    this.set({ doing });
  }

  private set(change: Partial<DeskState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }

  /** The browser asks before leaving, only while bytes move. */
  private readonly holdPage = (event: BeforeUnloadEvent): void => {
    if (this.transfer?.underWay) event.preventDefault();
  };

  /** Back from a locked screen: try at once instead of waiting out the delay. */
  private readonly wake = (): void => {
    if (document.visibilityState === "visible" && this.transfer?.view.state === "retrying") this.transfer.nudge();
  };
}
