import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultInterval, intervalsFor, rangeOfBuckets, readCustom, shorterThan, spanBefore, spanOf } from "./ranges";
import { addDays, addMonths, daysBetween, wallTime } from "./wall-clock";

const NOW = new Date("2026-03-30T10:20:30Z");

test("30 days end today, where the clock hangs", () => {
  assert.deepEqual(spanOf("30d", "UTC", NOW), { from: "2026-03-01" });
  assert.deepEqual(spanOf("30d", "Pacific/Kiritimati", NOW), { from: "2026-03-02" });
});

test("the days before are as many, and end at the same time of day", () => {
  assert.deepEqual(spanBefore("7d", "Europe/Berlin", NOW), { from: "2026-03-17", to: "2026-03-23T12:20:30" });
  assert.deepEqual(spanBefore("12m", "UTC", NOW), { from: "2024-04-01", to: "2025-03-30T10:20:30" });
});

test("an hour is 60 minutes, and 24 hours begin with a full one", () => {
  assert.deepEqual(spanOf("1h", "UTC", NOW), { from: "2026-03-30T09:21:00.000Z" });
  assert.deepEqual(spanOf("24h", "UTC", NOW), { from: "2026-03-29T11:00:00.000Z" });
  assert.deepEqual(spanOf("24h", "Asia/Kolkata", NOW), { from: "2026-03-29T10:30:00.000Z" });
  assert.equal(spanBefore("1h", "UTC", NOW).to, "2026-03-30T09:20:30.000Z");
});

test("chosen dates are both included, and today is not over", () => {
  assert.deepEqual(spanOf({ from: "2026-03-01", to: "2026-03-03" }, "UTC", NOW), {
    from: "2026-03-01",
    to: "2026-03-04",
  });
  assert.deepEqual(spanOf({ from: "2026-03-29", to: "2026-03-30" }, "UTC", NOW), { from: "2026-03-29" });
  assert.deepEqual(spanBefore({ from: "2026-03-01", to: "2026-03-03" }, "UTC", NOW), {
    from: "2026-02-26",
    to: "2026-03-01",
  });
});

test("a range from the address must make sense", () => {
  assert.equal(readCustom("2026-03-03", "2026-03-01"), null);
  assert.equal(readCustom("2026-03-03", null), null);
  assert.equal(readCustom("yesterday", "today"), null);
  assert.deepEqual(readCustom("2026-03-03T10:00:00+01:00", "2026-03-03T12:00:00+01:00"), {
    from: "2026-03-03T10:00:00+01:00",
    to: "2026-03-03T12:00:00+01:00",
  });
});

test("intervals give two points or more, and not thousands of them", () => {
  assert.deepEqual(intervalsFor("1h"), ["minute"]);
  assert.deepEqual(intervalsFor("90d"), ["hour", "day", "week", "month"]);
  assert.deepEqual(intervalsFor("12m"), ["day", "week", "month"]);
  assert.equal(defaultInterval({ from: "2026-03-01", to: "2026-03-02" }), "hour");
  assert.equal(defaultInterval({ from: "2020-03-01", to: "2026-03-02" }), "month");
});

test("zooming into days gives dates, into hours instants", () => {
  const days = ["2026-03-28T00:00:00+01:00", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"];
  assert.deepEqual(rangeOfBuckets(days, "2026-03-30T12:20:30+02:00", 0, 1), { from: "2026-03-28", to: "2026-03-29" });
  const hours = ["2026-03-30T09:00:00+02:00", "2026-03-30T10:00:00+02:00", "2026-03-30T11:00:00+02:00"];
  assert.deepEqual(rangeOfBuckets(hours, "2026-03-30T12:00:00+02:00", 1, 2), {
    from: "2026-03-30T10:00:00+02:00",
    to: "2026-03-30T12:00:00+02:00",
  });
});

test("a shorter range is offered", () => {
  assert.equal(shorterThan("12m"), "90d");
  assert.equal(shorterThan({ from: "2026-01-01", to: "2026-02-15" }), "30d");
});

test("calendar sums", () => {
  assert.equal(addDays("2026-02-28", 1), "2026-03-01");
  assert.equal(addMonths("2026-03-31", -1), "2026-02-28");
  assert.equal(addMonths("2026-01-15", -1), "2025-12-15");
  assert.equal(daysBetween("2026-03-01", "2026-04-01"), 31);
  assert.equal(wallTime(NOW, "Asia/Kathmandu"), "2026-03-30T16:05:30");
});
