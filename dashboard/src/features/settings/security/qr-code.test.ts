import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { asPath, drawQrCode } from "./qr-code";

/** Digests of codes that were compared, module by module, with those of another program. */
const KNOWN: readonly [string, number, string][] = [
  ["a", 21, "e8ab680854e4019c"],
  [
    "otpauth://totp/Vayro%3Aada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Vayro&digits=6&period=30",
    45,
    "7d638ba1862b3e24",
  ],
  ["x".repeat(106), 41, "536f804ac066bd50"],
  ["x".repeat(287), 65, "8c89cf96ef607e58"],
  ["x".repeat(666), 97, "497df6c35a67d13f"],
];

const digest = (grid: boolean[][]) =>
  createHash("sha256")
    .update(grid.map((row) => row.map(Number).join("")).join("\n"))
    .digest("hex")
    .slice(0, 16);

test("codes of all sizes are those that other programs draw", () => {
  for (const [text, width, expected] of KNOWN) {
    const grid = drawQrCode(text);
    assert.equal(grid.length, width);
    assert.equal(digest(grid), expected);
  }
});

test("a text that does not fit is refused", () => {
  assert.throws(() => drawQrCode("x".repeat(667)), RangeError);
});

test("a path has one square for each dark module", () => {
  const grid = drawQrCode("a");
  assert.equal(asPath(grid).split("M").length - 1, grid.flat().filter(Boolean).length);
});
