import assert from "node:assert/strict";
import { test } from "node:test";
import type { Campaign } from "../types";
import { changesOf, errorsOf, faultsOf, type Typed, typedOf } from "./change";

const now = new Date("2026-11-22T10:00:00Z");
const campaign = {
  name: "Autumn",
  scheduled_at: "2026-11-23T08:00:00Z",
  rate_per_second: 10,
  quiet_from: "21:00",
  quiet_until: "08:00",
  time_zone: "Europe/Berlin",
} as Campaign;
const from = typedOf(campaign, now);
const make = (over: Partial<Typed>): Typed => ({ ...from, ...over });

test("a campaign is shown by the clocks of its zone", () => {
  assert.deepEqual([from.when, from.at, from.rate, from.isQuiet], ["later", "2026-11-23T09:00", "10", true]);
  const bare = typedOf({ ...campaign, scheduled_at: null, quiet_from: null, quiet_until: null }, now);
  assert.deepEqual([bare.when, bare.isQuiet, bare.quietFrom], ["now", false, "21:00"]);
});

test("only what changed is told", () => {
  assert.deepEqual(changesOf(make({ name: " Autumn " }), from, false), {});
  assert.deepEqual(changesOf(make({ rate: "50" }), from, false), { rate_per_second: 50 });
  assert.deepEqual(changesOf(make({ at: "2026-11-24T09:00" }), from, false), {
    scheduled_at: "2026-11-24T08:00:00.000Z",
  });
  assert.deepEqual(changesOf(make({ when: "now" }), from, false), { scheduled_at: null });
  assert.deepEqual(changesOf(make({ isQuiet: false }), from, false), { quiet_from: null, quiet_until: null });
});

test("another zone moves the beginning with its clocks, until it has begun", () => {
  const moved = { time_zone: "UTC", scheduled_at: "2026-11-23T09:00:00.000Z" };
  assert.deepEqual(changesOf(make({ zone: "UTC" }), from, false), moved);
  assert.deepEqual(changesOf(make({ zone: "UTC" }), from, true), { time_zone: "UTC" });
});

test("what is wrong is said; a time that has passed only where it was entered", () => {
  const wrong = (over: Partial<Typed>, begin = from) =>
    Object.keys(faultsOf({ ...begin, ...over }, changesOf({ ...begin, ...over }, begin, false), now));
  assert.deepEqual(wrong({}), []);
  assert.deepEqual(wrong({ name: " " }), ["name"]);
  assert.deepEqual(wrong({ rate: "0" }), ["rate"]);
  assert.deepEqual(wrong({ quietFrom: "08:00" }), ["quietUntil"]);
  assert.deepEqual(wrong({ at: "2026-11-22T09:00" }), ["at"]);
  const passed = typedOf({ ...campaign, scheduled_at: "2026-11-22T09:00:00Z" }, now);
  assert.equal(passed.when, "now");
  assert.deepEqual(wrong({ rate: "20" }, passed), []);
  assert.deepEqual(errorsOf({ scheduled_at: "It has begun.", name: "Empty." }), {
    at: "It has begun.",
    name: "Empty.",
  });
});
