import assert from "node:assert/strict";
import { test } from "node:test";
import { withRange } from "./selection";

const items = ["a", "b", "c", "d"].map((id) => ({ id }));
const range = (chosen: string[], from: string, to: string, isChosen = true) => [
  ...withRange(new Set(chosen), items, from, to, isChosen),
];

test("one click chooses one", () => assert.deepEqual(range([], "b", "b"), ["b"]));
test("a range goes either way", () => {
  assert.deepEqual(range([], "a", "c"), ["a", "b", "c"]);
  assert.deepEqual(range([], "d", "c"), ["c", "d"]);
});
test("a range can be left", () => assert.deepEqual(range(["a", "b", "c"], "b", "c", false), ["a"]));
test("a range from a row that is gone is the one row", () => assert.deepEqual(range([], "gone", "c"), ["c"]));
