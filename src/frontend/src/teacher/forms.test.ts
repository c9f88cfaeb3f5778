import { describe, expect, it } from "vitest";
import { scenes } from "../../dev/scenes";
import { readPoints } from "./gradeForm";
import { check, draftOf, fromLocal, patchOf, toLocal } from "./setupForm";

describe("points", () => {
  it.each([
    ["60", 60],
    [" 7.5 ", 7.5],
    ["7,5", 7.5],
    ["0", 0],
    ["100", 100],
    ["", null],
    ["105", "invalid"],
    ["-1", "invalid"],
    ["1e1", "invalid"],
    ["six", "invalid"],
  ])("%j are read as %j", (typed, points) => {
    expect(readPoints(typed, 100)).toBe(points);
  });
});

describe("the settings", () => {
  const assignment = scenes.teacher?.queue?.assignment;
  if (!assignment) throw new Error("no scene");
  const draft = draftOf(assignment);

  it("ask for nothing when nothing is changed", () => {
    expect(patchOf(draft, assignment)).toEqual({});
  });

  it("ask for what is changed, in the server's units", () => {
    const typed = { ...draft, minutes: "20", attempts: "", retention: "30", due: "2027-03-12T17:00" };
    expect(patchOf(typed, assignment)).toEqual({
      max_duration_seconds: 1200,
      attempts_allowed: null,
      retention_days: 30,
      due_at: "2027-03-12T16:00:00.000Z",
    });
  });

  it("find numbers out of range and dates out of order", () => {
    expect(check(draft)).toEqual({});
    expect(check({ ...draft, minutes: "0", retention: "x", points: "0" })).toEqual({
      minutes: "number",
      retention: "number",
      points: "points",
    });
    expect(check({ ...draft, due: "2027-03-12T17:00", closes: "2027-03-12T16:00" })).toEqual({ due: "order" });
    expect(check({ ...draft, attempts: "", retention: "" })).toEqual({});
  });

  it("turn times into the viewer's zone and back", () => {
    expect(toLocal("2027-03-12T16:00:00Z")).toBe("2027-03-12T17:00");
    expect(fromLocal("2027-03-12T17:00")).toBe("2027-03-12T16:00:00.000Z");
    expect([toLocal(null), fromLocal("")]).toEqual(["", null]);
  });
});
