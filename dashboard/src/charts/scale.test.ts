import assert from "node:assert/strict";
import { test } from "node:test";
import { areaPath, linePath, scaleOf } from "./scale";

test("steps are round and whole, and hold the most", () => {
  assert.deepEqual(scaleOf(361), { ticks: [0, 100, 200, 300, 400], top: 400 });
  assert.deepEqual(scaleOf(11_029).ticks, [0, 5_000, 10_000, 15_000]);
  assert.deepEqual(scaleOf(3).ticks, [0, 1, 2, 3]);
  assert.deepEqual(scaleOf(0), { ticks: [0, 1], top: 1 });
  for (const most of [1, 7, 99, 1_000, 123_456_789])
    assert.ok(scaleOf(most).top >= most && scaleOf(most).ticks.length <= 6);
});

test("a line goes through its points, and an area down to its base", () => {
  const points = [
    [0, 10],
    [5.04, 2],
  ] as const;
  assert.equal(linePath(points), "M0,10L5,2");
  assert.equal(areaPath(points, 20), "M0,10L5,2L5,20L0,20Z");
  assert.equal(areaPath([], 20), "");
});
