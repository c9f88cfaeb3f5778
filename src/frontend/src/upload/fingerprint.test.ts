import { describe, expect, it, vi } from "vitest";
import { fingerprint, sameFile } from "./fingerprint";

const file = (content: string, name = "take2.mov", lastModified = 7) => new File([content], name, { lastModified });

describe("the fingerprint", () => {
  it("holds name, size, date and the hash of the first MiB", async () => {
    expect(await fingerprint(file("abc"))).toBe(
      "take2.mov|3|7|ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });

  it("fits into two hundred characters and keeps the ending of a long name", async () => {
    const print = await fingerprint(file("abc", `${"x".repeat(300)}|.mov`));
    expect(print.length).toBeLessThanOrEqual(200);
    expect(print).toContain("_.mov|3|");
  });

  it("does without a hash where the page is no secure context", async () => {
    vi.stubGlobal("crypto", {});
    expect(await fingerprint(file("abc"))).toBe("take2.mov|3|7|-");
  });
});

describe("the same file", () => {
  it("is known under another name and date, as phones give them", async () => {
    expect(sameFile(await fingerprint(file("abc")), await fingerprint(file("abc", "IMG_1.mov", 99)))).toBe(true);
  });

  it("is not one with other bytes or another size", async () => {
    const one = await fingerprint(file("abc"));
    expect(sameFile(one, await fingerprint(file("abd")))).toBe(false);
    expect(sameFile(one, await fingerprint(file("abcd")))).toBe(false);
  });

  it("is told by the date where there is no hash", () => {
    expect(sameFile("a|3|7|-", "b|3|7|ff")).toBe(true);
    expect(sameFile("a|3|7|-", "a|3|8|-")).toBe(false);
    expect(sameFile("a|3|7|-", "nonsense")).toBe(false);
  });
});
