import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "../api/problems";
import { MAX_TRIES } from "./retry";
import { Transfer, type TransferState, type TransferWorld } from "./transfer";
import { type Tus, UploadError } from "./tus";

const KIB = 1024;
const CHUNK = 256 * KIB;

/** An upload host in memory that does what it is told before it does what is right. */
class Host implements Tus {
  offset = 0;
  /** What the next requests meet; each is used up by one request. */
  troubles: ("network" | "stalled" | number)[] = [];
  headBlocked = false;
  /** Bytes of a chunk that arrive although its request fails. */
  keepsOfFailed = 0;
  readonly patches: { offset: number; size: number }[] = [];

  async patch(
    _: string,
    bytes: Blob,
    offset: number,
    onSent: (sent: number) => void,
    signal: AbortSignal,
  ): Promise<number> {
    onSent(bytes.size / 2);
    await Promise.resolve();
    if (signal.aborted) throw signal.reason;
    const trouble = this.troubles.shift();
    if (trouble !== undefined) {
      this.offset += this.keepsOfFailed;
      throw failure(trouble);
    }
    if (offset !== this.offset) throw failure(409);
    this.patches.push({ offset, size: bytes.size });
    onSent(bytes.size);
    this.offset += bytes.size;
    return this.offset;
  }

  async head(): Promise<number> {
    if (this.headBlocked) throw failure("network");
    return this.offset;
  }
}

function failure(trouble: "network" | "stalled" | number): UploadError {
  if (typeof trouble === "string") return new UploadError({ kind: trouble });
  return new UploadError({ kind: "status", status: trouble, retryAfterSeconds: null });
}

function begin(
  host: Host,
  change: Partial<TransferWorld> = {},
  file = new File([new Uint8Array(5 * CHUNK + 7)], "a.mp4"),
) {
  const world: TransferWorld = {
    tus: host,
    askOffset: vi.fn(async () => host.offset),
    report: vi.fn(),
    now: Date.now,
    random: () => 0,
    online: () => true,
    ...change,
  };
  const source = { url: "https://upload.test/1", file, offset: 0, chunkBytes: CHUNK, maxChunkBytes: 2 * CHUNK };
  const transfer = new Transfer(source, world);
  const states: TransferState[] = [];
  transfer.subscribe(({ state }) => {
    if (states.at(-1) !== state) states.push(state);
  });
  return { transfer, world, states, total: file.size, running: transfer.run() };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("a transfer", () => {
  it("sends everything once, in growing chunks of whole units", async () => {
    const host = new Host();
    const { transfer, running, total } = begin(host);
    await running;
    expect(transfer.view).toMatchObject({ state: "finished", safeBytes: total, inFlightBytes: 0 });
    expect(host.patches).toEqual([
      { offset: 0, size: CHUNK },
      { offset: CHUNK, size: 2 * CHUNK },
      { offset: 3 * CHUNK, size: 2 * CHUNK },
      { offset: 5 * CHUNK, size: 7 },
    ]);
  });

  it("goes on from the bytes that arrived although the request failed", async () => {
    const host = new Host();
    host.troubles = [502];
    host.keepsOfFailed = 100 * KIB;
    const { running, world, states } = begin(host);
    await vi.runAllTimersAsync();
    await running;
    expect(host.patches[0]?.offset).toBe(100 * KIB);
    expect(world.report).toHaveBeenCalledWith("retried", "upload_host.502", 0);
    expect(states).toEqual(["sending", "retrying", "sending", "finished"]);
  });

  it("asks our server for the offset where the browser may not HEAD the host", async () => {
    const host = new Host();
    host.headBlocked = true;
    host.troubles = ["network", "network"];
    const { running, world, transfer } = begin(host);
    await vi.runAllTimersAsync();
    await running;
    expect(transfer.view.state).toBe("finished");
    expect(world.askOffset).toHaveBeenCalledTimes(2);
  });

  it("waits for the network without counting down, and continues by itself", async () => {
    const host = new Host();
    host.troubles = ["network"];
    let online = false;
    const { running, transfer } = begin(host, { online: () => online });
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(transfer.view).toMatchObject({ state: "offline", inFlightBytes: 0, nextTryAt: null });
    expect(transfer.underWay).toBe(true);
    online = true;
    window.dispatchEvent(new Event("online"));
    await running;
    expect(transfer.view.state).toBe("finished");
  });

  it("stops after eight tries without progress, and a person can make it go on", async () => {
    const host = new Host();
    host.troubles = new Array(MAX_TRIES).fill(503);
    const { running, transfer, world } = begin(host);
    await vi.runAllTimersAsync();
    expect(transfer.view).toMatchObject({ state: "stopped", tries: MAX_TRIES, reason: "upload_host.503" });
    expect(world.report).toHaveBeenLastCalledWith("failed", "upload_host.503", 0);
    expect(transfer.underWay).toBe(false);
    transfer.nudge();
    await vi.runAllTimersAsync();
    await running;
    expect(transfer.view.state).toBe("finished");
  });

  it("does not count tries that brought progress", async () => {
    const host = new Host();
    host.troubles = new Array(MAX_TRIES * 2).fill(500);
    host.keepsOfFailed = 0;
    const { running, transfer } = begin(host);
    await vi.advanceTimersByTimeAsync(1_000);
    host.troubles = [];
    await vi.runAllTimersAsync();
    await running;
    expect(transfer.view.tries).toBe(0);
  });

  it("pauses at once, says what is safe, and resumes from what the host has", async () => {
    const host = new Host();
    const { transfer, running, world } = begin(host);
    transfer.pause();
    await vi.advanceTimersByTimeAsync(0);
    expect(transfer.view).toMatchObject({ state: "paused", inFlightBytes: 0 });
    host.offset = CHUNK;
    transfer.resume();
    await running;
    expect(host.patches[0]?.offset).toBe(CHUNK);
    expect(vi.mocked(world.report).mock.calls.map(([kind]) => kind)).toEqual(["paused", "resumed"]);
  });

  it("ends when the link has ended", async () => {
    const host = new Host();
    host.troubles = [410];
    const gone = async () => {
      throw new Problem(410, { code: "upload.expired" });
    };
    const { running, transfer, world } = begin(host, { askOffset: gone });
    await running;
    expect(transfer.view.state).toBe("link_ended");
    expect(world.report).toHaveBeenCalledWith("failed", "upload_host.410", 0);
  });

  it("does not believe a lost link when all bytes are there", async () => {
    const host = new Host();
    host.troubles = [404];
    const total = 5 * CHUNK + 7;
    const { running, transfer } = begin(host, { askOffset: async () => total });
    await running;
    expect(transfer.view).toMatchObject({ state: "finished", safeBytes: total });
  });

  it("tells an unreadable file from a lost network", async () => {
    const host = new Host();
    host.troubles = ["network"];
    const file = new File([new Uint8Array(CHUNK)], "a.mp4");
    const slice = file.slice.bind(file);
    file.slice = (from, to) => {
      const part = slice(from, to);
      part.arrayBuffer = () => Promise.reject(new DOMException("moved", "NotReadableError"));
      return part;
    };
    const { running, transfer } = begin(host, {}, file);
    await running;
    expect(transfer.view).toMatchObject({ state: "unreadable", reason: "file.unreadable" });
  });

  it("stays cancelled", async () => {
    const host = new Host();
    const { running, transfer } = begin(host);
    transfer.cancel();
    await running;
    expect(transfer.view.state).toBe("cancelled");
    expect(host.patches).toEqual([]);
  });
});
