import assert from "node:assert/strict";
import { test } from "node:test";
import { describe, KINDS, listDetails } from "./words";

const entry = (action: string, subject = "", details: Record<string, unknown> = {}) => ({ action, subject, details });

test("one link is named, many are counted", () => {
  assert.equal(describe(entry("link.create", "id", { links: 1, short_codes: ["abc"] })), "made the link abc");
  assert.match(describe(entry("link.create", "1000 links", { links: 1000 })), /^made 1.?000 links$/);
  assert.equal(describe(entry("link.update", "id", { short_code: "abc" })), "changed the link abc");
});

test("people and keys are named", () => {
  assert.equal(
    describe(entry("member.change", "id", { from: "member", to: "admin" })),
    "changed a member's role from member to admin",
  );
  assert.equal(describe(entry("key.create", "id", { name: "report" })), "made the key report");
});

test("what is not known is named as it is", () => {
  assert.equal(describe(entry("comet.pass_by", "Halley")), "comet pass by Halley");
});

test("details are rows of text, and what is empty is left out", () => {
  assert.deepEqual(listDetails(entry("key.create", "id", { scopes: ["a", "b"], expires_at: null })), [
    ["subject", "id"],
    ["scopes", "a, b"],
  ]);
});

test("every kind has a name of its own", () => {
  assert.equal(new Set(KINDS.map(({ label }) => label)).size, KINDS.length);
});
