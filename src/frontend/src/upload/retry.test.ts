import { describe, expect, it } from "vitest";
import { backoff, decide, MAX_TRIES, type UploadFailure } from "./retry";

const status = (code: number, retryAfterSeconds: number | null = null): UploadFailure => ({
  kind: "status",
  status: code,
  retryAfterSeconds,
});

describe("what follows a failed request", () => {
  it.each([408, 409, 423, 429, 500, 502, 503, 520])("tries again after %i", (code) => {
    expect(decide(status(code), 2, true, 0)).toMatchObject({ next: "retry", reason: `upload_host.${code}` });
  });

  it.each([403, 404, 410])("ends the link after %i, however often it was tried", (code) => {
    expect(decide(status(code), 1, true, 0).next).toBe("link_ended");
    expect(decide(status(code), 99, true, 0).next).toBe("link_ended");
  });

  it.each([400, 411, 412, 413, 415])("asks a person after %i, because the same request fails again", (code) => {
    expect(decide(status(code), 1, true, 0).next).toBe("stop");
  });

  it("asks a person once the tries without progress are used up", () => {
    expect(decide(status(503), MAX_TRIES - 1, true, 0).next).toBe("retry");
    expect(decide(status(503), MAX_TRIES, true, 0).next).toBe("stop");
  });

  it("never gives up on the network", () => {
    expect(decide({ kind: "network" }, 500, true, 0)).toMatchObject({ next: "retry", reason: "network.failed" });
  });

  it("waits for the online event while the browser says offline", () => {
    expect(decide({ kind: "network" }, 1, false, 0)).toEqual({ next: "wait_online", reason: "network.offline" });
  });

  it("honours Retry-After", () => {
    expect(decide(status(429, 30), 1, true, 0)).toMatchObject({ next: "retry", delayMs: 30_000 });
  });

  it("asks for the right offset at once after the first 409", () => {
    expect(decide(status(409), 1, true, 0.9)).toMatchObject({ next: "retry", delayMs: 0 });
    expect(decide(status(409), 2, true, 0)).toMatchObject({ next: "retry", delayMs: 1_000 });
  });
});

describe("the wait", () => {
  it("doubles up to a minute", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 400].map((tries) => backoff(tries, 1))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000,
    ]);
  });

  it("is jittered, and never under half", () => {
    expect(backoff(5, 0)).toBe(8_000);
    expect(backoff(5, 0.5)).toBe(12_000);
  });
});
