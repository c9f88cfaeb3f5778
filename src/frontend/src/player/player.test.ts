import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Playback } from "../api/wire";
import { keyIsTaken, playKey, rememberedSpeed, seekBy, setSpeed, stepSpeed } from "./controls";
import { keepRenewed, TokenPath } from "./playback";

describe("the token in the path", () => {
  it("is replaced by the newest, whichever a URL was made with", () => {
    const path = new TokenPath("one");
    const url = "https://stream.test/one/video/seg_4.ts?x=1";
    expect(path.rewrite(url)).toBe(url);
    path.renew("two");
    path.renew("three");
    expect(path.rewrite(url)).toBe("https://stream.test/three/video/seg_4.ts?x=1");
    expect(path.rewrite("https://stream.test/two/manifest/video.m3u8")).toBe(
      "https://stream.test/three/manifest/video.m3u8",
    );
  });

  it("is only replaced as a whole part of the path", () => {
    const path = new TokenPath("one");
    path.renew("two");
    expect(path.rewrite("https://stream.test/someone/a.ts")).toBe("https://stream.test/someone/a.ts");
  });
});

describe("keeping a playback renewed", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const playback = (token: string, seconds: number) =>
    ({ token, renew_at: new Date(Date.now() + seconds * 1000).toISOString() }) as Playback;

  it("asks at renew_at, and again soon when that failed", async () => {
    const fetch = vi
      .fn()
      .mockRejectedValueOnce(new Error("down"))
      .mockImplementation(async () => playback("two", 60));
    const renewed = vi.fn();
    const stop = keepRenewed(playback("one", 60), fetch, renewed);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(fetch).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(fetch).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(renewed).toHaveBeenCalledWith(expect.objectContaining({ token: "two" }));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(renewed).toHaveBeenCalledTimes(2);
    stop();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(renewed).toHaveBeenCalledTimes(2);
  });
});

describe("the keys of the player", () => {
  const key = (name: string, more: KeyboardEventInit = {}) => new KeyboardEvent("keydown", { key: name, ...more });
  const videoAt = (currentTime: number) => {
    const video = document.createElement("video");
    Object.defineProperty(video, "duration", { value: 100 });
    video.currentTime = currentTime;
    return video;
  };

  it.each([
    ["j", 40],
    ["l", 60],
    ["ArrowLeft", 45],
    ["ArrowRight", 55],
    [",", 49.96],
    [".", 50.04],
  ])("%s goes to %d s", (name, time) => {
    const video = videoAt(50);
    expect(playKey(video, key(name))).toBe(true);
    expect(video.currentTime).toBeCloseTo(time, 5);
  });

  it("stay inside the video", () => {
    const video = videoAt(97);
    seekBy(video, 10);
    expect(video.currentTime).toBe(100);
    seekBy(video, -500);
    expect(video.currentTime).toBe(0);
  });

  it("change the speed in steps from 0.5 to 2.5, and the next video remembers it", () => {
    const video = videoAt(0);
    setSpeed(video, 1);
    for (let i = 0; i < 20; i += 1) stepSpeed(video, 1);
    expect(video.playbackRate).toBe(2.5);
    for (let i = 0; i < 20; i += 1) stepSpeed(video, -1);
    expect(video.playbackRate).toBe(0.5);
    expect(rememberedSpeed()).toBe(0.5);
  });

  it("leave the browser's own chords alone", () => {
    expect(playKey(videoAt(0), key("l", { ctrlKey: true }))).toBe(false);
    expect(playKey(videoAt(0), key("x"))).toBe(false);
  });

  it("belong to whoever types", () => {
    const taken = (markup: string, name: string) => {
      document.body.innerHTML = markup;
      const event = new KeyboardEvent("keydown", { key: name, bubbles: true });
      document.body.firstElementChild?.dispatchEvent(event);
      return keyIsTaken(event);
    };
    expect(taken("<textarea></textarea>", "j")).toBe(true);
    expect(taken("<input>", "j")).toBe(true);
    expect(taken('<input type="range">', "j")).toBe(false);
    expect(taken("<button>a</button>", "j")).toBe(false);
    expect(taken("<button>a</button>", " ")).toBe(true);
    expect(taken("<p>a</p>", "j")).toBe(false);
  });
});
