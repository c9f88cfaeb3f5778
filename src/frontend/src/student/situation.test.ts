import { describe, expect, it } from "vitest";
import { scenes, video } from "../../dev/scenes";
import { Problem } from "../api/problems";
import type { MyWork, Video } from "../api/wire";
import type { TransferState, TransferView } from "../upload/transfer";
import { draftOf, type Known, SLOW_PROCESSING_MS, shownVideo, situation } from "./situation";

const NOW = Date.now();

function work(scene: string): MyWork {
  const found = scenes[scene]?.work;
  if (!found) throw new Error(`no scene ${scene}`);
  return found;
}

function known(scene: string, change: Partial<Known> = {}): Known {
  return {
    work: work(scene),
    grade: scenes[scene]?.grade ?? null,
    upload: scenes[scene]?.upload ?? null,
    transfer: null,
    mirror: null,
    doing: { kind: "nothing" },
    sessionEnded: false,
    now: NOW,
    ...change,
  };
}

const view = (state: TransferState) => ({ state, safeBytes: 1, totalBytes: 2 }) as TransferView;

describe("the state that follows from what the server knows", () => {
  it.each([
    ["empty", "home.empty"],
    ["late", "home.late_open"],
    ["closed", "home.closed"],
    ["closed-draft", "home.closed_draft"],
    ["not-open", "home.not_open"],
    ["resume", "home.resume"],
    ["processing", "vid.uploaded"],
    ["draft", "home.draft"],
    ["failed", "vid.failed.malformed"],
    ["submitted", "home.submitted"],
    ["replacing", "home.draft"],
    ["failed-after-submit", "vid.failed_after_submit"],
    ["graded", "fb.ready"],
    ["deleted", "video.deleted"],
  ])("%s is %s", (scene, state) => {
    expect(situation(known(scene))).toBe(state);
  });

  it("is slow once processing takes longer than usual", () => {
    const state = work("processing");
    const started = Date.parse(state.video?.uploaded_at ?? "");
    expect(situation(known("processing", { now: started + SLOW_PROCESSING_MS + 1 }))).toBe("vid.slow");
  });

  it.each([
    ["non_video", "vid.failed.non_video"],
    ["too_long", "vid.failed.duration"],
    ["too_short", "vid.failed.duration"],
    ["unknown", "vid.failed.unknown"],
    [null, "vid.failed.unknown"],
  ] as [Video["error_reason"], string][])("names the failure %s as %s", (error_reason, state) => {
    const failed = { ...work("failed"), video: video({ status: "failed", error_reason }) };
    expect(situation(known("failed", { work: failed }))).toBe(state);
  });

  it("is locked when nothing may change any more", () => {
    const closed = { ...work("submitted"), can: { upload: false, submit: false, withdraw: false } };
    expect(situation(known("submitted", { work: closed }))).toBe("home.locked");
  });

  it("says that no attempts are left", () => {
    const used: MyWork = {
      ...work("closed"),
      closed_reason: "attempts_used",
    };
    expect(situation(known("closed", { work: used }))).toBe("home.attempts_used");
  });

  it("keeps a submission in view when a draft beside it came too late", () => {
    const closed = { ...work("replacing"), can: { upload: false, submit: false, withdraw: false } };
    expect(situation(known("replacing", { work: closed }))).toBe("home.locked");
  });
});

describe("the state of a running upload", () => {
  it.each([
    ["sending", "up.active"],
    ["paused", "up.paused"],
    ["offline", "up.offline"],
    ["retrying", "up.retrying"],
    ["stopped", "up.stopped"],
    ["link_ended", "up.link_expired"],
    ["unreadable", "up.unreadable"],
  ] as [TransferState, string][])("%s is %s", (state, id) => {
    expect(situation(known("empty", { transfer: view(state) }))).toBe(id);
  });

  it("goes on after the sign-in has ended, and says so", () => {
    expect(situation(known("empty", { transfer: view("sending"), sessionEnded: true }))).toBe("up.session_expired");
    expect(situation(known("empty", { transfer: view("finished"), sessionEnded: true }))).toBe("up.session_over");
  });

  it("is mirrored from another tab, unless this tab does something itself", () => {
    expect(situation(known("resume", { mirror: view("sending") }))).toBe("up.other_tab");
    expect(situation(known("resume", { mirror: view("sending"), doing: { kind: "preview" } }))).toBe("preview.ready");
  });
});

describe("what this tab does", () => {
  it("comes before what the server knows", () => {
    const problem = new Problem(409, { code: "submission.closed" });
    expect(situation(known("draft", { doing: { kind: "submitting" } }))).toBe("submit.pending");
    expect(situation(known("draft", { doing: { kind: "submit_unknown" } }))).toBe("submit.unknown");
    expect(situation(known("draft", { doing: { kind: "submit_refused", problem } }))).toBe("submit.refused");
    expect(situation(known("empty", { doing: { kind: "quota", at: NOW, problem } }))).toBe("up.quota");
    expect(situation(known("empty", { doing: { kind: "busy", nextTryAt: NOW } }))).toBe("up.busy");
    expect(situation(known("empty", { doing: { kind: "refused", refusal: { id: "pick.empty", name: "a" } } }))).toBe(
      "pick.empty",
    );
  });
});

describe("the draft", () => {
  it("is the newest video unless that one is handed in", () => {
    expect(draftOf(work("draft"))?.id).toBe(work("draft").video?.id);
    expect(draftOf(work("submitted"))).toBeNull();
    expect(draftOf(work("replacing"))?.id).toBe("second");
  });

  it("is shown before the submitted video", () => {
    expect(shownVideo(work("replacing"))?.id).toBe("second");
    expect(shownVideo(work("submitted"))?.id).toBe(work("submitted").submission?.video.id);
    expect(shownVideo(work("empty"))).toBeNull();
  });
});
