import assert from "node:assert/strict";
import { test } from "node:test";
import { guessEncoding, toCsvLine } from "./csv";

test("encodings are known by how a file begins", () => {
  const encoder = new TextEncoder();
  assert.equal(guessEncoding(encoder.encode("Zürich")), "utf-8");
  assert.equal(guessEncoding(encoder.encode("\ufeffurl")), "utf-8");
  assert.equal(guessEncoding(encoder.encode("Zürich").slice(0, 2)), "utf-8");
  assert.equal(guessEncoding(Uint8Array.of(0x5a, 0xfc, 0x72, 0x69)), "windows-1252");
  assert.equal(guessEncoding(Uint8Array.of(0xff, 0xfe, 0x75, 0x00)), "utf-16le");
});

test("cells are quoted where they must be", () => {
  assert.equal(toCsvLine(["a", "b,c", 'say "x"', "two\nlines"]), 'a,"b,c","say ""x""","two\nlines"\r\n');
});

test("no cell is a formula", () => {
  assert.equal(toCsvLine(["=1+1", "-2", "@x", "https://e.com/"]), "'=1+1,'-2,'@x,https://e.com/\r\n");
});
