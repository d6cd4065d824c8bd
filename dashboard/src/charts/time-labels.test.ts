import assert from "node:assert/strict";
import { test } from "node:test";
import { axisLabel, bucketLabel, pickTicks } from "./time-labels";

const hours = (count: number) =>
  Array.from({ length: count }, (_, hour) => new Date(Date.UTC(2026, 10, 1, hour)).toISOString());

test("hours are labelled where the clock is round", () => {
  assert.deepEqual(pickTicks(hours(24), "hour", 8), [0, 3, 6, 9, 12, 15, 18, 21]);
  assert.deepEqual(pickTicks(hours(24 * 7), "hour", 8), [0, 24, 48, 72, 96, 120, 144]);
  assert.deepEqual(pickTicks(hours(24 * 12), "hour", 4), [0, 72, 144, 216]);
});

test("days are labelled from the last one back", () => {
  const days = Array.from({ length: 30 }, (_, day) => `2026-11-${String(day + 1).padStart(2, "0")}T00:00:00Z`);
  assert.deepEqual(pickTicks(days, "day", 6), [4, 9, 14, 19, 24, 29]);
  assert.deepEqual(pickTicks(days.slice(0, 1), "day", 6), [0]);
});

test("labels speak of the zone's clock", () => {
  assert.match(axisLabel("2026-11-22T14:00:00+01:00", "hour", "Europe/Berlin"), /^(14:00|02:00\sPM)$/);
  assert.match(axisLabel("2026-11-22T00:00:00+01:00", "hour", "Europe/Berlin"), /22/);
  assert.match(bucketLabel("2026-11-16T00:00:00+01:00", "week", "Europe/Berlin"), /^Week of .*16.*2026/);
});
