import assert from "node:assert/strict";
import { test } from "node:test";
import { byField, changedFields } from "./draft";

test("lists are compared by what they hold", () => {
  const from = { title: "", tags: ["a"], is_active: true };
  assert.deepEqual(changedFields({ ...from, tags: ["a"] }, from), []);
  assert.deepEqual(changedFields({ title: " ", tags: ["a", "b"], is_active: true }, from), ["title", "tags"]);
});

test("an error inside of a field is said at the field", () => {
  assert.deepEqual(byField({ "tags.0": "Too long.", title: "No." }), { tags: "Too long.", title: "No." });
});
