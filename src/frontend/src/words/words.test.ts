import { describe, expect, it } from "vitest";
import * as en from "./en";
import * as player from "./player";
import * as teacher from "./teacher";

/** Every string of a table of words; functions are called with numbers and dates alike. */
function* texts(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "function") yield* texts(attempt(value as (...args: unknown[]) => unknown));
  else if (typeof value === "object" && value !== null) for (const part of Object.values(value)) yield* texts(part);
}

function attempt(make: (...args: unknown[]) => unknown): unknown {
  const date = "2027-03-12T16:00:00Z";
  for (const args of [[date, date, date, date], [5, 7, 9], ["a", "b", "c"], [["a", "b"]]]) {
    try {
      return make(...args);
    } catch {
      // Not these arguments; the next.
    }
  }
  return "";
}

const all = [...texts(en), ...texts(teacher), ...texts(player)];

describe("the words", () => {
  it("are there", () => {
    expect(all.length).toBeGreaterThan(250);
  });

  it.each(["!", "successfully", "Oops", "Sorry", "please", "LMS"])("never say %s", (word) => {
    expect(all.filter((text) => text.toLowerCase().includes(word.toLowerCase()))).toEqual([]);
  });

  it("use Submit for handing in, and nothing else", () => {
    expect(all.filter((text) => /turn in|turned in|hand it in now/i.test(text))).toEqual([]);
  });

  it("say of a refused file that nothing was sent", () => {
    const refusals = Object.entries(en.states).filter(([id]) => id.startsWith("pick.") && id !== "pick.checking");
    expect(refusals.length).toBe(6);
    for (const [, make] of refusals) expect([...texts(make)].join(" ")).toContain("Nothing was sent");
  });
});

describe("a refusal", () => {
  it("names what the file is", () => {
    const { body } = en.refusalWords({ id: "pick.wrong_type", name: "a.mp4", what: "pdf" });
    expect(body).toContain("It is a PDF");
    expect(en.refusalWords({ id: "pick.wrong_type", name: "a.wmv", what: "wmv" }).body).toContain("Convert it to MP4");
  });
});
