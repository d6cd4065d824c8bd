import assert from "node:assert/strict";
import { test } from "node:test";
import { instantOf } from "./timing";

test("the time of a clock on the wall is an instant", () => {
  assert.equal(instantOf("2026-11-23T09:00", "Europe/Berlin")?.toISOString(), "2026-11-23T08:00:00.000Z");
  assert.equal(instantOf("2026-07-01T09:00", "America/New_York")?.toISOString(), "2026-07-01T13:00:00.000Z");
  assert.equal(instantOf("2026-11-23T09:00", "Asia/Kolkata")?.toISOString(), "2026-11-23T03:30:00.000Z");
  assert.equal(instantOf("", "UTC"), null);
  assert.equal(instantOf("2026-13-41T09:00", "UTC"), null);
});

test("around a change of clocks the hour that is meant is found", () => {
  assert.equal(instantOf("2026-10-25T04:00", "Europe/Berlin")?.toISOString(), "2026-10-25T03:00:00.000Z");
  assert.equal(instantOf("2026-10-25T01:30", "Europe/Berlin")?.toISOString(), "2026-10-24T23:30:00.000Z");
  assert.equal(instantOf("2026-03-29T03:30", "Europe/Berlin")?.toISOString(), "2026-03-29T01:30:00.000Z");
});
