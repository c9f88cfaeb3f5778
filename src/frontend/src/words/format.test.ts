import { beforeEach, describe, expect, it } from "vitest";
import * as f from "./format";

const plain = (text: string) => text.replaceAll("\u00a0", " ");
beforeEach(() => f.useLocale("en", "Europe/Berlin"));

describe("times", () => {
  it("carry day, time and zone", () => {
    expect(plain(f.dateTime("2027-03-12T16:00:00Z"))).toBe("Fri 12 Mar 2027, 17:00 CET");
    expect(plain(f.dateTimeSeconds("2027-03-11T15:41:07Z"))).toBe("Thu 11 Mar 2027, 16:41:07 CET");
    expect(plain(f.shortDateTime("2027-07-01T15:41:07Z"))).toBe("Thu 1 Jul, 17:41 CEST");
    expect(f.date("2027-05-12T10:00:00Z")).toBe("12 May 2027");
  });

  it("near now are a clock, else a day", () => {
    const now = Date.parse("2027-03-12T20:00:00Z");
    expect(f.timeNear("2027-03-12T16:00:00Z", now)).toBe("17:00");
    expect(f.timeNear("2027-03-11T16:00:00Z", now)).toBe("Thu 11 Mar, 17:00");
    expect(f.timeInTable("2027-03-11T16:00:00Z", now)).toBe("Thu 17:00");
    expect(f.timeInTable("2027-01-11T16:00:00Z", now)).toBe("11 Jan 17:00");
  });

  it("apart from now are spans in whole units", () => {
    const span = (ms: number) => plain(f.span(ms));
    expect([40_000, 600_000, 7_800_000, -7_200_000, 86_400_000, 3 * 86_400_000].map(span)).toEqual([
      "40 s",
      "10 min",
      "2 h 10 min",
      "2 h",
      "1 day",
      "3 days",
    ]);
  });
});

describe("lengths, sizes and speeds", () => {
  it("read as people say them", () => {
    expect(plain(f.length(492))).toBe("8 min 12 s");
    expect(plain(f.length(600))).toBe("10 min");
    expect(f.timecode(492.9)).toBe("8:12");
    expect(f.timecode(3723)).toBe("1:02:03");
    expect(plain(f.bytes(2_600_000_000))).toBe("2.6 GB");
    expect(plain(f.bytes(42_400_000))).toBe("42 MB");
    expect(plain(f.bytesOf(1_100_000_000, 2_600_000_000))).toBe("1.1 of 2.6 GB");
    expect(plain(f.bytesOf(400_000_000, 2_600_000_000))).toBe("0.4 of 2.6 GB");
    expect(plain(f.speed(4_125_000))).toBe("33 Mbit/s");
  });

  it("never say 100 % before all is there", () => {
    expect(plain(f.percent(999, 1000))).toBe("99 %");
    expect(plain(f.percent(1000, 1000))).toBe("100 %");
    expect(f.wholePercent(1, 0)).toBe(0);
  });

  it("never break between number and unit", () => {
    const all = [f.bytes(1e9), f.span(60_000), f.percent(1, 2), f.speed(1e6), f.length(60)];
    for (const words of all) expect(words).not.toContain(" ");
  });
});
