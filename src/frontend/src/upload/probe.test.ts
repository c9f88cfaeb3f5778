import { describe, expect, it } from "vitest";
import { probeIsoMedia, probeMatroska } from "./probe";
import { box, bytes, matroska, mp4 } from "./samples";

const file = (content: Uint8Array<ArrayBuffer>) => new Blob([content]);

describe("probing MP4 and MOV", () => {
  it("reads length and sound, whether the header stands first or last", async () => {
    const expected = { durationSeconds: 492, hasSound: true };
    expect(await probeIsoMedia(file(mp4(492)))).toEqual(expected);
    expect(await probeIsoMedia(file(mp4(492, { moovLast: true })))).toEqual(expected);
  });

  it("says when there is no sound track", async () => {
    expect(await probeIsoMedia(file(mp4(5, { soundTrack: false })))).toEqual({ durationSeconds: 5, hasSound: false });
  });

  it("says that a fragmented file does not tell its length", async () => {
    expect(await probeIsoMedia(file(mp4(0)))).toMatchObject({ durationSeconds: null });
  });

  it("is not led astray by other bytes", async () => {
    expect(await probeIsoMedia(file(bytes("hello, this is no box")))).toBeNull();
    expect(await probeIsoMedia(file(box("ftyp", "isom")))).toBeNull();
    expect(await probeIsoMedia(file(bytes([0, 0, 0, 3], "moov")))).toBeNull();
  });
});

describe("probing WebM and Matroska", () => {
  it("reads length and sound", async () => {
    expect(await probeMatroska(file(matroska(61.5)))).toEqual({ durationSeconds: 61.5, hasSound: true });
    expect(await probeMatroska(file(matroska(3, { soundTrack: false })))).toMatchObject({ hasSound: false });
  });

  it("says that a browser's recording does not tell its length", async () => {
    expect(await probeMatroska(file(matroska(null)))).toEqual({ durationSeconds: null, hasSound: true });
  });

  it("leaves other files alone", async () => {
    expect(await probeMatroska(file(mp4(1)))).toBeNull();
  });
});
