import assert from "node:assert/strict";
import { test } from "node:test";
import { chosenOf, moveByKey } from "./use-crosshair";

test("the first arrow shows the last point, further ones move", () => {
  assert.deepEqual(moveByKey({ at: null, anchor: null }, "ArrowRight", false, 10), { at: 9, anchor: null });
  assert.deepEqual(moveByKey({ at: 9, anchor: null }, "ArrowRight", false, 10), { at: 9, anchor: null });
  assert.deepEqual(moveByKey({ at: 4, anchor: null }, "Home", false, 10), { at: 0, anchor: null });
  assert.equal(moveByKey({ at: 4, anchor: null }, "x", false, 10), null);
  assert.equal(moveByKey({ at: null, anchor: null }, "ArrowLeft", false, 0), null);
});

test("with Shift a stretch is chosen, in either direction", () => {
  const one = moveByKey({ at: 5, anchor: null }, "ArrowLeft", true, 10);
  assert.deepEqual(one, { at: 4, anchor: 5 });
  assert.deepEqual(chosenOf(one ?? { at: null, anchor: null }), { first: 4, last: 5 });
  assert.equal(chosenOf({ at: 5, anchor: 5 }), null);
});
