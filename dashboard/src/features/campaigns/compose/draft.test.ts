import assert from "node:assert/strict";
import { test } from "node:test";
import { audienceOf, type Draft, faultsOf, newDraft, suggestName, toRequest } from "./draft";

const now = new Date("2026-11-22T10:00:00Z");
const make = (over: Partial<Draft> = {}): Draft => ({ ...newDraft("Europe/Berlin", now), ...over });

test("an audience is everybody, a part of them, or those who were chosen", () => {
  assert.deepEqual(audienceOf(make()), { filter: {} });
  assert.deepEqual(audienceOf(make({ kind: "some", category: "Plumber" })), { filter: { category: "Plumber" } });
  assert.deepEqual(audienceOf(make({ kind: "chosen", chosen: [{ id: "a", name: "A" }] })), { business_ids: ["a"] });
});

test("a new draft could be sent as it is", () => {
  assert.deepEqual(faultsOf(make(), now), {});
});

test("what is wrong is said in the step where it is mended", () => {
  assert.ok(faultsOf(make({ kind: "chosen" }), now).audience);
  assert.ok(faultsOf(make({ variant: "custom", texts: [{ locale: "en", text: " " }] }), now).message);
  assert.ok(faultsOf(make({ when: "later", at: "2026-11-22T10:59" }), now).schedule);
  assert.ok(faultsOf(make({ rate: "0" }), now).schedule);
  assert.ok(faultsOf(make({ rate: "1001" }), now).schedule);
  assert.ok(faultsOf(make({ quietFrom: "08:00" }), now).schedule);
  assert.deepEqual(faultsOf(make({ isQuiet: false, quietFrom: "08:00" }), now), {});
});

test("the request says what was chosen, and nothing of what was not", () => {
  const body = toRequest(make({ isQuiet: false, rate: "25" }), "Autumn");
  assert.deepEqual(body, {
    name: "Autumn",
    audience: { filter: {} },
    variant: "friendly",
    scheduled_at: null,
    rate_per_second: 25,
    quiet_from: null,
    quiet_until: null,
    time_zone: "Europe/Berlin",
  });
  const own = toRequest(make({ variant: "custom", when: "later", at: "2026-11-23T09:00" }), "Own");
  assert.equal(own.scheduled_at, "2026-11-23T08:00:00.000Z");
  assert.deepEqual(Object.keys(own.texts ?? {}), ["en"]);
});

test("a name is suggested", () => {
  assert.equal(
    suggestName(make({ kind: "some", category: "Plumber" }), "22 Nov 2026"),
    "Friendly, Plumber, 22 Nov 2026",
  );
  assert.equal(suggestName(make({ variant: "custom" }), "22 Nov 2026"), "Campaign, 22 Nov 2026");
});
