import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { grade, scenes, submission, video } from "../../dev/scenes";
import type { Client } from "../api/client";
import { Problem } from "../api/problems";
import { fingerprint } from "../upload/fingerprint";
import { mp4 } from "../upload/samples";
import type { Tus } from "../upload/tus";
import { Desk } from "./desk";

const upload = {
  ...scenes.resume?.upload,
  id: "u1",
  upload_url: "https://upload.test/1",
  chunk_size_bytes: 5_242_880,
  max_chunk_size_bytes: 52_428_800,
};
const chosen = () => new File([mp4(60)], "take1.mp4", { type: "video/mp4", lastModified: 1 });

function fakes(change: Partial<Record<keyof Client, unknown>> = {}) {
  const client = {
    onSessionEnded: () => {},
    myWork: vi.fn(async () => scenes.empty?.work),
    grade: vi.fn(async () => {
      throw new Problem(404, { code: "grade.none" });
    }),
    upload: vi.fn(async () => upload),
    startUpload: vi.fn(async () => upload),
    uploadOffset: vi.fn(async () => ({ offset_bytes: 0, size_bytes: 1 })),
    completeUpload: vi.fn(async () => video({ status: "processing" })),
    reportUpload: vi.fn(async () => {}),
    cancelUpload: vi.fn(async () => {}),
    video: vi.fn(async () => video()),
    submit: vi.fn(async () => submission()),
    withdraw: vi.fn(async () => {}),
    ...change,
  };
  return client as typeof client & Client;
}

const host = (): Tus => ({
  patch: vi.fn(async (_url, bytes, offset) => offset + bytes.size),
  head: vi.fn(async () => 1000),
});

async function open(client: Client, tus: Tus = host()) {
  const desk = new Desk(client, "a1", tus);
  await desk.load();
  return desk;
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("the student's desk", () => {
  it("uploads a chosen file and believes in it only after the server looked", async () => {
    const client = fakes();
    const desk = await open(client);
    await desk.choose([chosen()]);
    await vi.waitFor(() => expect(client.completeUpload).toHaveBeenCalledWith("u1"));
    expect(vi.mocked(client.startUpload).mock.calls[0]?.[0]).toMatchObject({
      assignment_id: "a1",
      filename: "take1.mp4",
      mime_type: "video/mp4",
      duration_seconds: 60,
    });
    expect(desk.state.transfer).toBeNull();
    desk.close();
  });

  it("keeps the idempotency key while it asks again for the same file", async () => {
    const busy = new Problem(503, { code: "stream.busy", retryable: true }, 2);
    const start = vi.fn().mockRejectedValueOnce(busy).mockResolvedValue(upload);
    const desk = await open(fakes({ startUpload: start }));
    await desk.choose([chosen()]);
    expect(desk.state.doing.kind).toBe("busy");
    await vi.advanceTimersByTimeAsync(3_000);
    expect(start).toHaveBeenCalledTimes(2);
    expect(start.mock.calls[0]?.[1]).toBe(start.mock.calls[1]?.[1]);
    desk.close();
  });

  it("does not ask again by itself when there is no room", async () => {
    const full = new Problem(503, { code: "stream.quota_exceeded", retryable: true });
    const start = vi.fn().mockRejectedValue(full);
    const desk = await open(fakes({ startUpload: start }));
    await desk.choose([chosen()]);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(desk.state.doing.kind).toBe("quota");
    expect(start).toHaveBeenCalledTimes(1);
    desk.close();
  });

  it("continues an unfinished upload with the same file from the offset of the host", async () => {
    const file = chosen();
    const resume = { ...upload, fingerprint: await fingerprint(file) };
    const client = fakes({ myWork: vi.fn(async () => scenes.resume?.work), upload: vi.fn(async () => resume) });
    const tus = host();
    const desk = await open(client, tus);
    await desk.choose([file]);
    await vi.waitFor(() => expect(tus.patch).toHaveBeenCalled());
    expect(vi.mocked(tus.patch).mock.calls[0]?.[2]).toBe(1000);
    expect(client.startUpload).not.toHaveBeenCalled();
    desk.close();
  });

  it("does not mix two files into one upload", async () => {
    const client = fakes({ myWork: vi.fn(async () => scenes.resume?.work) });
    const tus = host();
    const desk = await open(client, tus);
    await desk.choose([chosen()]);
    expect(desk.state.doing.kind).toBe("file_changed");
    expect(tus.patch).not.toHaveBeenCalled();
    desk.close();
  });

  it("asks before it sends a video without sound", async () => {
    const client = fakes();
    const desk = await open(client);
    await desk.choose([new File([mp4(5, { soundTrack: false })], "a.mp4", { type: "video/mp4" })]);
    expect(desk.state.doing.kind).toBe("no_audio");
    expect(client.startUpload).not.toHaveBeenCalled();
    desk.close();
  });

  it("submits with one key until it knows the outcome", async () => {
    const lost = new Problem(0, { code: "network.timed_out" });
    const submit = vi.fn().mockRejectedValueOnce(lost).mockResolvedValue(submission());
    const desk = await open(fakes({ myWork: vi.fn(async () => scenes.draft?.work), submit }));
    await desk.submit();
    expect(desk.state.doing.kind).toBe("submit_unknown");
    await desk.submit();
    expect(desk.state.doing.kind).toBe("submitted");
    expect(submit.mock.calls[0]?.[2]).toBe(submit.mock.calls[1]?.[2]);
    desk.close();
  });

  it("says when withdrawing is too late", async () => {
    const graded = new Problem(409, { code: "submission.graded" });
    const client = fakes({
      myWork: vi.fn(async () => scenes.submitted?.work),
      withdraw: vi.fn().mockRejectedValue(graded),
    });
    const desk = await open(client);
    await desk.withdraw();
    expect(desk.state.doing).toMatchObject({ kind: "withdraw_refused", problem: graded });
    desk.close();
  });

  it("loads the grade with the submission", async () => {
    const given = grade();
    const client = fakes({ myWork: vi.fn(async () => scenes.graded?.work), grade: vi.fn(async () => given) });
    const desk = await open(client);
    expect(desk.state.grade).toEqual(given);
    desk.close();
  });

  it("does not ask for a grade that cannot be there yet", async () => {
    const client = fakes({ myWork: vi.fn(async () => scenes.submitted?.work) });
    const desk = await open(client);
    expect(client.grade).not.toHaveBeenCalled();
    desk.close();
  });

  it("tries again by itself while the server is down", async () => {
    const myWork = vi.fn().mockRejectedValueOnce(new Problem(0, {})).mockResolvedValue(scenes.empty?.work);
    const desk = await open(fakes({ myWork }));
    expect(desk.state.loadProblem?.status).toBe(0);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(desk.state.work).not.toBeNull();
    expect(desk.state.loadProblem).toBeNull();
    desk.close();
  });

  it("looks again while the video is made playable", async () => {
    const client = fakes({ myWork: vi.fn(async () => scenes.processing?.work) });
    const desk = await open(client);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(client.video).toHaveBeenCalledTimes(1);
    expect(client.myWork).toHaveBeenCalledTimes(2); // ready: everything is read anew
    desk.close();
  });

  it("cancels on the server too, so that the reservation is released", async () => {
    const client = fakes();
    const tus = host();
    tus.patch = () => new Promise(() => {});
    const desk = await open(client, tus);
    await desk.choose([chosen()]);
    await vi.waitFor(() => expect(desk.state.transfer?.state).toBe("sending"));
    await desk.cancelUpload();
    expect(client.cancelUpload).toHaveBeenCalledWith("u1");
    expect(desk.state).toMatchObject({ transfer: null, doing: { kind: "cancelled" } });
    desk.close();
  });
});
