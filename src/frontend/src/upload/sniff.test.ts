import { describe, expect, it } from "vitest";
import { box, bytes, matroska, mp4 } from "./samples";
import { sniff } from "./sniff";

describe("sniffing", () => {
  it.each([
    ["mp4", mp4(1)],
    ["mov", mp4(1, { brand: "qt  " })],
    ["mov", box("wide")],
    ["3gp", mp4(1, { brand: "3gp5" })],
    ["webm", matroska(1)],
    ["mkv", matroska(1, { docType: "matroska" })],
    ["avi", bytes("RIFF", [0, 0, 0, 0], "AVI LIST")],
    ["flv", bytes("FLV", [1, 5])],
    ["ps", bytes([0, 0, 1, 0xba])],
    ["ts", bytes([0x47], new Array<number>(187).fill(0), [0x47])],
    ["mxf", bytes([6, 0x0e, 0x2b, 0x34])],
  ])("knows %s", (container, head) => {
    expect(sniff(head)).toMatchObject({ kind: "video", container });
  });

  it.each([
    ["wmv", bytes([0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11])],
    ["image", bytes([0xff, 0xd8, 0xff, 0xe0])],
    ["image", box("ftyp", "heic")],
    ["image", bytes("RIFF", [0, 0, 0, 0], "WEBP")],
    ["audio", bytes("ID3")],
    ["audio", box("ftyp", "M4A ")],
    ["audio", bytes("RIFF", [0, 0, 0, 0], "WAVE")],
    ["pdf", bytes("%PDF-1.7")],
    ["archive", bytes("PK", [3, 4])],
    ["program", bytes("MZ")],
  ])("refuses %s", (what, head) => {
    expect(sniff(head)).toEqual({ kind: "other", what });
  });

  it("does not guess", () => {
    expect(sniff(bytes("hello"))).toEqual({ kind: "unknown" });
    expect(sniff(new Uint8Array())).toEqual({ kind: "unknown" });
  });
});
