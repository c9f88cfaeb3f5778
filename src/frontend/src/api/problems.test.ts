import { describe, expect, it } from "vitest";
import { Problem, problemFrom, retryAfter } from "./problems";

describe("a failed answer", () => {
  it("is read from problem details", async () => {
    const body = {
      title: "Too large",
      code: "upload.too_large",
      detail: "Choose another.",
      ref: "VA-1",
      retryable: false,
    };
    const problem = await problemFrom(new Response(JSON.stringify(body), { status: 413 }));
    expect(problem).toMatchObject({ status: 413, code: "upload.too_large", ref: "VA-1", retryable: false });
  });

  it("from a proxy leaves the status, and is worth another try when that is a 5xx", async () => {
    const problem = await problemFrom(new Response("<html>", { status: 503, headers: { "Retry-After": "7" } }));
    expect(problem).toMatchObject({ status: 503, code: "http.503", retryable: true, retryAfterSeconds: 7 });
  });

  it("without an answer says that the outcome is open", () => {
    expect(new Problem(0, {}).unanswered).toBe(true);
    expect(new Problem(500, {}).unanswered).toBe(false);
  });
});

describe("Retry-After", () => {
  it("is read as seconds or as a date", () => {
    const now = Date.parse("2027-03-12T16:00:00Z");
    expect(retryAfter("12", now)).toBe(12);
    expect(retryAfter("Fri, 12 Mar 2027 16:00:30 GMT", now)).toBe(30);
    expect(retryAfter("Fri, 12 Mar 2027 15:00:00 GMT", now)).toBe(0);
    expect(retryAfter(null, now)).toBeNull();
    expect(retryAfter("soon", now)).toBeNull();
  });
});
