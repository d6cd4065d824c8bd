/**
 * QR codes (ISO/IEC 18004) of short texts, made here, so that a secret is told to nobody else: byte mode, error
 * correction M, versions 1 to 20 (666 bytes).
 */
import { correct } from "./qr-correction";
import { choosePattern, type Grid, markFixed } from "./qr-pattern";

const MAX_VERSION = 20;
// Of each version at level M: error correction bytes of a block, and blocks (table 9 of the standard).
const CORRECTION_BYTES = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];
const BYTE_MODE = 0b0100;

/** Return the rows of the code, true where it is dark. Throws RangeError for a text of more than 666 bytes. */
export function drawQrCode(text: string): Grid {
  const bytes = new TextEncoder().encode(text);
  const version = findVersion(bytes.length);
  const fixed = markFixed(version);
  return choosePattern(version, fixed, interleave(pack(bytes, version), version));
}

/** Return the path of an SVG in which each module is one unit wide. */
export function asPath(grid: Grid): string {
  const parts: string[] = [];
  for (const [y, row] of grid.entries()) {
    for (const [x, isDark] of row.entries()) if (isDark) parts.push(`M${x} ${y}h1v1h-1z`);
  }
  return parts.join("");
}

const lengthBits = (version: number): number => (version < 10 ? 8 : 16);

/** Return how many bytes a version holds, data and correction together. */
function countBytes(version: number): number {
  let modules = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const marks = Math.floor(version / 7) + 2;
    modules -= (25 * marks - 10) * marks - 55;
    if (version >= 7) modules -= 36;
  }
  return Math.floor(modules / 8);
}

const at = (table: readonly number[], version: number): number => table[version - 1] ?? 0;

const countData = (version: number): number =>
  countBytes(version) - at(CORRECTION_BYTES, version) * at(BLOCKS, version);

function findVersion(length: number): number {
  for (let version = 1; version <= MAX_VERSION; version++) {
    if (4 + lengthBits(version) + 8 * length <= 8 * countData(version)) return version;
  }
  throw new RangeError("The text is too long for a QR code.");
}

/** Return the data bytes: mode, length, text, and what fills up. */
function pack(bytes: Uint8Array, version: number): number[] {
  const bits: number[] = [];
  const push = (value: number, size: number) => {
    for (let bit = size - 1; bit >= 0; bit--) bits.push((value >>> bit) & 1);
  };
  push(BYTE_MODE, 4);
  push(bytes.length, lengthBits(version));
  for (const byte of bytes) push(byte, 8);
  const room = countData(version);
  push(0, Math.min(4, room * 8 - bits.length));
  push(0, (8 - (bits.length % 8)) % 8);
  const packed = Array.from({ length: bits.length / 8 }, (_, index) =>
    Number.parseInt(bits.slice(index * 8, index * 8 + 8).join(""), 2),
  );
  for (let filler = 0xec; packed.length < room; filler ^= 0xec ^ 0x11) packed.push(filler);
  return packed;
}

/** Return the bytes in the order in which they are drawn: the first of each block, the second of each, and so on. */
function interleave(data: readonly number[], version: number): number[] {
  const blocks = at(BLOCKS, version);
  const short = Math.floor(data.length / blocks);
  const shortBlocks = blocks - (data.length % blocks);
  const parts: number[][] = [];
  for (let block = 0, start = 0; block < blocks; block++) {
    const size = short + (block < shortBlocks ? 0 : 1);
    parts.push(data.slice(start, start + size));
    start += size;
  }
  const corrections = parts.map((part) => correct(part, at(CORRECTION_BYTES, version)));
  return [...takeTurns(parts), ...takeTurns(corrections)];
}

function takeTurns(parts: readonly number[][]): number[] {
  const longest = Math.max(...parts.map((part) => part.length));
  return Array.from({ length: longest }, (_, index) => parts.flatMap((part) => part.slice(index, index + 1))).flat();
}
