import { describe, expect, it } from "vitest";
import { forecast, Speedometer, secondsLeft } from "./speed";

describe("the speed", () => {
  it("is unknown until there is something to measure", () => {
    const speed = new Speedometer();
    speed.add(0, 0);
    speed.add(1_000, 1_000_000);
    expect(speed.bytesPerSecond()).toBeNull();
  });

  it("is what left over the last seconds, not since the start", () => {
    const speed = new Speedometer();
    for (let second = 0; second <= 30; second += 1) speed.add(second * 1000, Math.min(second, 10) * 1_000_000);
    for (let second = 31; second <= 60; second += 1) speed.add(second * 1000, 10_000_000 + (second - 30) * 500_000);
    expect(speed.bytesPerSecond()).toBeCloseTo(500_000, -3);
  });

  it("starts anew when bytes in flight were lost", () => {
    const speed = new Speedometer();
    speed.add(0, 0);
    speed.add(5_000, 5_000_000);
    speed.add(6_000, 2_000_000);
    expect(speed.bytesPerSecond()).toBeNull();
  });
});

describe("the time left", () => {
  it("is rounded up, and null while the speed is unknown", () => {
    expect(secondsLeft(1_500_000, 1_000_000)).toBe(2);
    expect(secondsLeft(1, null)).toBeNull();
    expect(secondsLeft(0, null)).toBe(0);
  });
});

describe("the forecast", () => {
  const now = Date.parse("2027-03-12T15:00:00Z");

  const deadlines = { dueAt: "2027-03-12T16:00:00Z", closesAt: "2027-03-12T17:00:00Z", graceMs: 600_000 };

  it.each([
    [1_800, "on_time"],
    [3_700, "in_grace"],
    [4_300, "late"],
    [7_300, "after_closing"],
  ])("after %i s is %s", (seconds, tone) => {
    expect(forecast(now, seconds, deadlines)).toEqual({ tone, finishesAt: now + seconds * 1000 });
  });

  it("promises nothing without a speed, and names no deadline where there is none", () => {
    expect(forecast(now, null, deadlines)).toBeNull();
    expect(forecast(now, 60, { dueAt: null, closesAt: null, graceMs: 0 })?.tone).toBe("on_time");
  });
});
