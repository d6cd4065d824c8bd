import assert from "node:assert/strict";
import { test } from "node:test";
import { DEEDS, DESTINATIONS, isMeant } from "./palette-entries";

const ALL = [...DEEDS, ...DESTINATIONS];
const found = (typed: string) => ALL.filter((entry) => isMeant(typed, entry)).map(({ label }) => label);

test("each is found by its own name, and another that holds one of its words is not", () => {
  for (const { label } of ALL) assert.ok(found(label).includes(label), label);
  assert.deepEqual(found("new campaign"), ["New campaign"]);
});

test("the beginnings of words are enough, in any order and case", () => {
  assert.deepEqual(found("CAMP new"), ["New campaign"]);
  assert.deepEqual(found("log aud"), ["Settings: Audit log"]);
});

test("what is asked for by another word is found, and nothing by letters from here and there", () => {
  assert.deepEqual(found("shorten"), ["New link"]);
  assert.deepEqual(found("nwlk"), []);
});

test("nothing typed, or nothing but signs, leaves all", () => {
  assert.equal(found("").length, ALL.length);
  assert.equal(found(" :- ").length, ALL.length);
});
