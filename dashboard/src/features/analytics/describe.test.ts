import assert from "node:assert/strict";
import { test } from "node:test";
import { changeOf, describeMap, describeSeries } from "./describe";
import type { Answer } from "./use-analytics";

const answer = (clicks: number[]): Answer => ({
  link_id: "0199e8a4-7d3c-7b21-9c55-3f2e8a6d1b07",
  from: "2026-11-01T00:00:00Z",
  to: "2026-11-03T00:00:00Z",
  interval: "day",
  timezone: "UTC",
  totals: { clicks: clicks.reduce((sum, one) => sum + one, 0), visitors: 1, bots: 0 },
  series: clicks.map((one, day) => ({ start: `2026-11-0${day + 1}T00:00:00Z`, clicks: one, visitors: 0 })),
  countries: [],
  cities: [],
  devices: [],
  browsers: [],
  os: [],
  referers: [],
  as_of: "2026-11-03T00:00:00Z",
  stale_seconds: 0,
});

test("a series says how much, when most, and what changed", () => {
  const said = describeSeries(answer([3, 7]), answer([4, 4]), "the last 2 days");
  assert.match(said, /^10 clicks by 1 visitor in the last 2 days; busiest day: .*2.* \(7\); \+25% clicks against/);
  assert.equal(describeSeries(answer([0]), undefined, "the last hour"), "No clicks in the last hour.");
});

test("nothing cannot grow by a percentage", () => {
  assert.equal(changeOf(5, 0), null);
  assert.equal(changeOf(5, 5), "0%");
});

test("a map names the countries with most clicks", () => {
  const said = describeMap([
    { value: "DE", clicks: 3 },
    { value: "", clicks: 1 },
  ]);
  assert.equal(said, "Clicks from one country; most from Germany (75%).");
  assert.equal(describeMap([{ value: "", clicks: 1 }]), "No click came from a known country.");
});
