import assert from "node:assert/strict";
import { test } from "node:test";
import { withPatch } from "@/shell/url-state";
import { type Question, readQuestion, toggleFilter, writeQuestion } from "./question";
import { browserZone } from "./wall-clock";

const PLAIN: Question = {
  range: "30d",
  interval: null,
  zone: browserZone(),
  bots: "out",
  isCompared: false,
  filters: {},
};

test("an address without anything asks the usual question", () => {
  assert.deepEqual(readQuestion(new URLSearchParams()), PLAIN);
  assert.deepEqual(readQuestion(new URLSearchParams("range=9y&zone=Mars/Base&interval=eon&from=x")), PLAIN);
});

test("what is written into an address is read from it", () => {
  const asked: Question = {
    range: { from: "2026-03-01", to: "2026-03-09" },
    interval: "hour",
    zone: "Asia/Kathmandu",
    bots: "only",
    isCompared: true,
    filters: { country: "DE", referer: "" },
  };
  const params = withPatch(new URLSearchParams("link=1"), writeQuestion(asked));
  assert.deepEqual(readQuestion(params), asked);
  const other = readQuestion(withPatch(params, writeQuestion({ range: "90d" })));
  assert.deepEqual(other, { ...asked, range: "90d", interval: null });
  assert.equal(withPatch(params, writeQuestion(PLAIN)).toString(), "link=1");
});

test("a value chosen twice is let go, and another country forgets the city", () => {
  const chosen = toggleFilter({ city: "Berlin" }, "device", "mobile");
  assert.deepEqual(chosen, { city: "Berlin", device: "mobile" });
  assert.deepEqual(toggleFilter(chosen, "device", "mobile"), { city: "Berlin" });
  assert.deepEqual(toggleFilter(chosen, "country", "FR"), { device: "mobile", country: "FR" });
});
