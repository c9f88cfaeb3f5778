import { describe, expect, it } from "vitest";
import { checkFiles } from "./check";
import { bytes, matroska, mp4 } from "./samples";

const limits = { max_bytes: 10_000, max_duration_seconds: 600, accepted_extensions: [".mp4", ".mov"] };
const file = (content: Uint8Array<ArrayBuffer>, name = "take2.mp4", type = "video/mp4") =>
  new File([content], name, { type });

async function refusalOf(...files: File[]) {
  const checked = await checkFiles(files, limits);
  return checked.ok ? null : checked.refusal;
}

describe("before a byte is sent", () => {
  it("accepts a video and says what it is", async () => {
    const checked = await checkFiles([file(mp4(492))], limits);
    expect(checked).toMatchObject({ ok: true, pick: { mime: "video/mp4", durationSeconds: 492, hasSound: true } });
  });

  it("accepts a video that the browser has no type for", async () => {
    const checked = await checkFiles([file(matroska(3, { docType: "matroska" }), "a.mkv", "")], limits);
    expect(checked).toMatchObject({ ok: true, pick: { mime: "video/x-matroska" } });
  });

  it("looks at the bytes, not at the name", async () => {
    expect(await refusalOf(file(bytes("%PDF-1.7"), "essay.mp4"))).toEqual({
      id: "pick.wrong_type",
      name: "essay.mp4",
      what: "pdf",
    });
  });

  it("refuses what nobody calls a video", async () => {
    expect(await refusalOf(file(bytes("hello"), "notes.txt", "text/plain"))).toMatchObject({
      id: "pick.wrong_type",
      what: "unknown",
    });
  });

  it("refuses an empty file, one too large, one too long and several", async () => {
    expect(await refusalOf(file(bytes()))).toMatchObject({ id: "pick.empty" });
    expect(await refusalOf(file(bytes(mp4(1), new Uint8Array(9_999))))).toMatchObject({
      id: "pick.too_large",
      limit: 10_000,
    });
    expect(await refusalOf(file(mp4(840)))).toMatchObject({ id: "pick.too_long", seconds: 840, limit: 600 });
    expect(await refusalOf(file(mp4(1)), file(mp4(1), "b.mp4"))).toEqual({
      id: "pick.several",
      names: ["take2.mp4", "b.mp4"],
    });
  });

  it("lets a camera stop one second late", async () => {
    expect(await refusalOf(file(mp4(601)))).toBeNull();
    expect(await refusalOf(file(mp4(602)))).toMatchObject({ id: "pick.too_long" });
  });

  it("says so when the file cannot be read", async () => {
    const broken = file(mp4(1));
    broken.slice = () => {
      throw new DOMException("gone", "NotReadableError");
    };
    expect(await refusalOf(broken)).toEqual({ id: "pick.unreadable", name: "take2.mp4" });
  });
});
