// Moves one file to its upload link, and survives everything on the way: our own uploader, because which failures are worth another try,
// and who is asked for the offset, is what this product is about.
//
// Invariants:
// - after any failure or pause the offset is asked for, never assumed: from the host by HEAD, from our server where HEAD is blocked;
// - `safeBytes` is only what the host confirmed; `inFlightBytes` vanishes when a request ends without an answer;
// - one link, one upload: it never makes a second one by itself;
// - a refusal of the last chunk is not believed before our server says that bytes are missing.
import { Problem } from "../api/problems";
import { ChunkSize } from "./chunks";
import { decide, MAX_TRIES, type UploadFailure } from "./retry";
import { Speedometer, secondsLeft } from "./speed";
import { type Tus, UploadError } from "./tus";

/**
 * sending ⇄ paused (the person), offline (no network), retrying (a wait before the next try);
 * stopped: tries are used up, a person may try again; link_ended, unreadable: this transfer is over without success;
 * finished: all bytes are confirmed; cancelled.
 */
export type TransferState =
  | "sending"
  | "paused"
  | "offline"
  | "retrying"
  | "stopped"
  | "link_ended"
  | "unreadable"
  | "finished"
  | "cancelled";

export interface TransferView {
  state: TransferState;
  filename: string;
  totalBytes: number;
  safeBytes: number;
  inFlightBytes: number;
  bytesPerSecond: number | null;
  secondsLeft: number | null;
  tries: number;
  maxTries: number;
  /** Milliseconds since the epoch; set while retrying. */
  nextTryAt: number | null;
  /** When the trouble began; set while offline, retrying or stopped. */
  lostAt: number | null;
  /** Taxonomy name of the last failure. */
  reason: string | null;
}

export interface TransferSource {
  url: string;
  file: File;
  /** What the server knows; null = ask before the first byte. */
  offset: number | null;
  chunkBytes: number;
  maxChunkBytes: number;
}

export interface TransferWorld {
  tus: Tus;
  /** `GET /uploads/{id}/offset`; throws a Problem, 410 when the link has ended. */
  askOffset(): Promise<number>;
  report(kind: "retried" | "failed" | "paused" | "resumed", reason: string, offset: number): void;
  now(): number;
  random(): number;
  online(): boolean;
}

const OVER: readonly TransferState[] = ["link_ended", "unreadable", "finished", "cancelled"];

export class Transfer {
  view: TransferView;
  private readonly listeners = new Set<(view: TransferView) => void>();
  private readonly chunk: ChunkSize;
  private readonly speed = new Speedometer();
  private request = new AbortController();
  private stopWaiting: () => void = () => {};
  private held: "paused" | "stopped" | null = null;
  private offsetKnown: boolean;
  private headBlocked = false;

  constructor(
    private readonly source: TransferSource,
    private readonly world: TransferWorld,
  ) {
    this.chunk = new ChunkSize(source.chunkBytes, source.maxChunkBytes);
    this.offsetKnown = source.offset !== null;
    this.view = {
      state: "sending",
      filename: source.file.name,
      totalBytes: source.file.size,
      safeBytes: source.offset ?? 0,
      inFlightBytes: 0,
      bytesPerSecond: null,
      secondsLeft: null,
      tries: 0,
      maxTries: MAX_TRIES,
      nextTryAt: null,
      lostAt: null,
      reason: null,
    };
  }

  subscribe(listener: (view: TransferView) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Whether bytes are moving or will move by themselves: the page must not be left then. */
  get underWay(): boolean {
    return ["sending", "retrying", "offline"].includes(this.view.state);
  }

  get over(): boolean {
    return OVER.includes(this.view.state);
  }

  pause(): void {
    if (this.over || this.held === "paused") return;
    this.held = "paused";
    this.world.report("paused", "person.paused", this.view.safeBytes);
    this.interrupt();
  }

  resume(): void {
    if (!this.held) return;
    if (this.held === "paused") this.world.report("resumed", "person.resumed", this.view.safeBytes);
    this.held = null;
    this.stopWaiting();
  }

  /** Try now: ends a wait, whether of a retry, for the network or for a person. */
  nudge(): void {
    if (this.held === "stopped") this.held = null;
    if (this.view.state !== "sending") this.stopWaiting();
  }

  cancel(): void {
    if (this.over) return;
    this.set({ state: "cancelled", inFlightBytes: 0 });
    this.interrupt();
  }

  /** Runs until the transfer is over; never rejects. */
  async run(): Promise<void> {
    while (!this.over) {
      if (this.held) {
        this.speed.reset();
        this.set({ state: this.held, inFlightBytes: 0, bytesPerSecond: null, secondsLeft: null, nextTryAt: null });
        await this.wait(null);
        this.set({ tries: 0 });
        continue;
      }
      this.request = new AbortController();
      try {
        if (!this.offsetKnown) this.set({ safeBytes: await this.findOffset() });
        this.offsetKnown = true;
        if (this.view.safeBytes >= this.view.totalBytes) {
          this.set({ state: "finished", inFlightBytes: 0, secondsLeft: 0 });
          return;
        }
        await this.sendChunk();
      } catch (error) {
        this.offsetKnown = false;
        this.set({ inFlightBytes: 0 });
        if (this.request.signal.aborted) continue;
        await this.recover(error);
      }
    }
  }

  private async sendChunk(): Promise<void> {
    const { url, file } = this.source;
    const { safeBytes } = this.view;
    const bytes = file.slice(safeBytes, safeBytes + this.chunk.bytes);
    const startedAt = this.world.now();
    if (!this.view.lostAt) this.set({ state: "sending" });
    const onSent = (sent: number) => {
      this.speed.add(this.world.now(), safeBytes + sent);
      this.moved(safeBytes, sent);
    };
    onSent(0);
    const offset = await this.world.tus.patch(url, bytes, safeBytes, onSent, this.request.signal);
    if (bytes.size === this.chunk.bytes) this.chunk.arrived((this.world.now() - startedAt) / 1000);
    if (offset > safeBytes) this.set({ tries: 0 });
    this.moved(offset, 0);
  }

  private moved(safeBytes: number, inFlightBytes: number): void {
    const bytesPerSecond = this.speed.bytesPerSecond();
    const calm = inFlightBytes > 0 || safeBytes > this.view.safeBytes;
    this.set({
      safeBytes,
      inFlightBytes,
      bytesPerSecond,
      secondsLeft: secondsLeft(this.view.totalBytes - safeBytes - inFlightBytes, bytesPerSecond),
      ...(calm && { state: "sending", nextTryAt: null, lostAt: null, reason: null }),
    });
  }

  /** HEAD, or our server where the browser may not read the host's answer. */
  private async findOffset(): Promise<number> {
    if (this.headBlocked) return this.askServer(null);
    try {
      return await this.world.tus.head(this.source.url, this.request.signal);
    } catch (error) {
      if (!(error instanceof UploadError) || this.request.signal.aborted) throw error;
      const { failure } = error;
      if (failure.kind === "status" && decide(failure, 1, true, 0).next !== "link_ended") throw error;
      const offset = await this.askServer(failure);
      if (failure.kind === "network") this.headBlocked = true;
      return offset;
    }
  }

  /** What our server says; its own trouble counts as the failure that made us ask, or as a lost network. */
  private async askServer(first: UploadFailure | null): Promise<number> {
    try {
      return await this.world.askOffset();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 410 || error.status === 404) {
        throw new UploadError({ kind: "status", status: 410, retryAfterSeconds: null });
      }
      const { retryAfterSeconds } = error;
      throw new UploadError(first ?? { kind: "status", status: error.status || 503, retryAfterSeconds });
    }
  }

  private async recover(error: unknown): Promise<void> {
    if (!(await this.fileIsReadable())) return this.giveUp("unreadable", "file.unreadable");
    const failure: UploadFailure = error instanceof UploadError ? error.failure : { kind: "network" };
    const { now, online, random, report } = this.world;
    const tries = this.view.tries + 1;
    const decision = decide(failure, tries, online(), random());
    this.chunk.dropped();
    this.speed.reset();
    this.set({
      tries,
      reason: decision.reason,
      lostAt: this.view.lostAt ?? now(),
      bytesPerSecond: null,
      secondsLeft: null,
    });
    switch (decision.next) {
      case "link_ended":
        return this.believeEnd(decision.reason);
      case "stop":
        report("failed", decision.reason, this.view.safeBytes);
        this.held = "stopped";
        return;
      case "wait_online":
        report("retried", decision.reason, this.view.safeBytes);
        this.set({ state: "offline", nextTryAt: null });
        return this.wait(null);
      case "retry":
        report("retried", decision.reason, this.view.safeBytes);
        if (decision.delayMs === 0) return;
        this.set({ state: "retrying", nextTryAt: now() + decision.delayMs });
        return this.wait(decision.delayMs);
    }
  }

  /** The host says that the link is gone. When all bytes are there, that is a success it forgot to tell. */
  private async believeEnd(reason: string): Promise<void> {
    const offset = await this.world.askOffset().catch(() => null);
    if (offset !== null && offset >= this.view.totalBytes) {
      this.set({ state: "finished", safeBytes: offset, inFlightBytes: 0, secondsLeft: 0, lostAt: null, reason: null });
      return;
    }
    this.giveUp("link_ended", reason);
  }

  private giveUp(state: "link_ended" | "unreadable", reason: string): void {
    this.world.report("failed", reason, this.view.safeBytes);
    this.set({ state, reason, inFlightBytes: 0, nextTryAt: null });
  }

  /** An XHR cannot tell an unreadable file from a lost network; one byte read here can. */
  private async fileIsReadable(): Promise<boolean> {
    const { safeBytes } = this.view;
    try {
      await this.source.file.slice(safeBytes, safeBytes + 1).arrayBuffer();
      return true;
    } catch {
      return false;
    }
  }

  /** Until the time is over, the browser is back online (if that is what we miss), or somebody calls `stopWaiting`. */
  private wait(ms: number | null): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === null ? undefined : setTimeout(() => this.stopWaiting(), ms);
      const online = () => {
        if (!this.held) this.stopWaiting();
      };
      window.addEventListener("online", online);
      this.stopWaiting = () => {
        clearTimeout(timer);
        window.removeEventListener("online", online);
        resolve();
      };
    });
  }

  private interrupt(): void {
    this.request.abort(new DOMException("The transfer was interrupted.", "AbortError"));
    this.stopWaiting();
  }

  private set(change: Partial<TransferView>): void {
    if (this.view.state === "cancelled") return;
    this.view = { ...this.view, ...change };
    for (const listener of this.listeners) listener(this.view);
  }
}
