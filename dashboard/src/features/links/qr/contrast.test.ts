import assert from "node:assert/strict";
import { test } from "node:test";
import { contrastOf, readColor, warnOfColors } from "./contrast";

test("colours are read in both lengths, with and without #", () => {
  assert.deepEqual(readColor("#fff"), [255, 255, 255]);
  assert.deepEqual(readColor("1a2B3c"), [26, 43, 60]);
  for (const text of ["", "#12", "#12345", "red", "#gggggg"]) assert.equal(readColor(text), null);
});

test("black on white has the greatest contrast there is", () => {
  assert.equal(contrastOf("#000", "#fff"), 21);
  assert.equal(warnOfColors("#000", "#fff"), null);
});

test("what is close, and what is the wrong way round, is warned of", () => {
  assert.match(warnOfColors("#888888", "#999999") ?? "", /close/);
  assert.match(warnOfColors("#ffffff", "#000000") ?? "", /lighter/);
});
