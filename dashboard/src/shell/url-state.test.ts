import assert from "node:assert/strict";
import { test } from "node:test";
import { withPatch } from "./url-state";

const patched = (query: string, patch: Parameters<typeof withPatch>[1]) =>
  withPatch(new URLSearchParams(query), patch).toString();

test("what is named is set, the rest stays", () => {
  assert.equal(patched("q=a&sort=clicks", { q: "b" }), "sort=clicks&q=b");
});

test("null, undefined and nothing take it out", () => {
  assert.equal(patched("q=a&tag=x&tag=y", { q: null, tag: undefined }), "");
  assert.equal(patched("q=a", { q: "" }), "");
});

test("several values are several parameters", () => {
  assert.equal(patched("tag=old", { tag: ["a", "b c"] }), "tag=a&tag=b+c");
});
