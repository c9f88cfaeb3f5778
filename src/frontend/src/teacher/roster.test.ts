import { describe, expect, it } from "vitest";
import { scenes } from "../../dev/scenes";
import { countsOf, lateBy, listOf, secondsToWatch, TABS, uploadingNow } from "./roster";

const queue = scenes.teacher?.queue;
const items = queue?.items ?? [];
const names = (list: typeof items) => list.map(({ person }) => person.name);

describe("the queue's lists", () => {
  it("put the oldest ungraded submission first", () => {
    expect(names(listOf(items, "to_grade")).slice(0, 3)).toEqual(["Priya Raman", "Amira Haddad", "Noah van Dijk"]);
  });

  it("put people without a submission last, by name", () => {
    expect(names(listOf(items, "all")).slice(-4)).toEqual(["Ben Carter", "Elif Demir", "Hana Kobayashi", "Oskar Lund"]);
  });

  it("name as problems what cannot be played and what the gradebook refused", () => {
    expect(names(listOf(items, "problems"))).toEqual(["Omar Benali", "Sofía Marín"]);
  });

  it("are found by name without accents or case", () => {
    expect(names(listOf(items, "all", " LUCIA "))).toEqual(["Lucía Fernández"]);
    expect(listOf(items, "all", "nobody")).toEqual([]);
  });

  it("are found by the receipt that a student quotes", () => {
    const quoted = items.map((item, n) => ({
      ...item,
      attempts: item.attempts.map((attempt) => ({ ...attempt, receipt: `VA-AAAA-${n}` })),
    }));
    const [first] = quoted.filter(({ attempts }) => attempts.length > 0);
    expect(listOf(quoted, "all", first?.attempts[0]?.receipt.toLowerCase())).toEqual([first]);
  });

  it("agree with their counts", () => {
    const counts = countsOf(items);
    for (const tab of TABS) expect(counts[tab]).toBe(listOf(items, tab).length);
    expect(counts.all).toBe(items.length);
  });
});

describe("the queue's sums", () => {
  it("count the video that is left to watch", () => {
    expect(secondsToWatch(items)).toBe(535 + 492 + 479 + 348 + 580 + 425 + 551);
  });

  it("know who uploads", () => {
    expect(names(uploadingNow(items))).toEqual(["Elif Demir", "Oskar Lund", "Hana Kobayashi"]);
  });

  it("measure lateness only of what the server calls late", () => {
    const late = items.find(({ person }) => person.name === "Kwame Boateng");
    const onTime = items.find(({ person }) => person.name === "Priya Raman");
    const due = queue?.assignment.due_at ?? null;
    expect(late && lateBy(late, due)).toBe(0.2 * 3_600_000);
    expect(onTime && lateBy(onTime, due)).toBeNull();
    expect(late && lateBy(late, null)).toBeNull();
  });
});
