import { describe, expect, it } from "vitest";
import { CHUNK_UNIT, ChunkSize } from "./chunks";

const MIB = 1024 * 1024;

describe("the chunk size", () => {
  it("doubles while chunks are quick, up to the largest", () => {
    const chunk = new ChunkSize(5 * MIB, 50 * MIB);
    const seen = [chunk.bytes];
    for (let i = 0; i < 5; i += 1) {
      chunk.arrived(3);
      seen.push(chunk.bytes);
    }
    expect(seen.map((bytes) => bytes / MIB)).toEqual([5, 10, 20, 40, 50, 50]);
  });

  it("stays when a chunk took fifteen seconds", () => {
    const chunk = new ChunkSize(5 * MIB, 50 * MIB);
    chunk.arrived(15);
    expect(chunk.bytes).toBe(5 * MIB);
  });

  it("halves after a drop, never under the smallest", () => {
    const chunk = new ChunkSize(5 * MIB, 50 * MIB);
    chunk.arrived(1);
    chunk.arrived(1);
    chunk.dropped();
    expect(chunk.bytes).toBe(10 * MIB);
    chunk.dropped();
    chunk.dropped();
    expect(chunk.bytes).toBe(5 * MIB);
  });

  it("is a multiple of 256 KiB, whatever the server says and however often it halves", () => {
    const chunk = new ChunkSize(5 * MIB + 17, 33 * MIB + 1);
    for (let i = 0; i < 4; i += 1) chunk.arrived(1);
    for (let i = 0; i < 6; i += 1) {
      expect(chunk.bytes % CHUNK_UNIT).toBe(0);
      chunk.dropped();
    }
  });
});
