import assert from "node:assert/strict";
import { test } from "node:test";
import { readUtm, writeUtm } from "./utm";

const NONE = { source: "", medium: "", campaign: "", term: "", content: "" };

test("parameters are read in any order, decoded, whatever else there is", () => {
  const url = "https://example.com/a?x=1&utm_medium=e+mail&utm_source=caf%C3%A9&y#utm_term=no";
  assert.deepEqual(readUtm(url), { ...NONE, source: "café", medium: "e mail" });
});

test("a broken escape is shown as it stands", () => {
  assert.equal(readUtm("https://example.com/?utm_source=100%").source, "100%");
});

test("a parameter is added behind what is there and before the fragment", () => {
  assert.equal(
    writeUtm("https://example.com/a?x=1#top", { source: "a b" }),
    "https://example.com/a?x=1&utm_source=a%20b#top",
  );
  assert.equal(writeUtm("https://example.com", { source: "x" }), "https://example.com?utm_source=x");
});

test("a parameter is changed at its place, and once", () => {
  const url = "https://example.com/?utm_source=a&x=1&UTM_SOURCE=b";
  assert.equal(writeUtm(url, { source: "c" }), "https://example.com/?utm_source=c&x=1");
});

test("an empty one is taken out, and the question mark with the last", () => {
  assert.equal(writeUtm("https://example.com/?utm_source=a#b", { source: "" }), "https://example.com/#b");
});

test("what is written is what is read", () => {
  const values = { source: "a&b=c", medium: "#?", campaign: "ü", term: "x y", content: "100%" };
  assert.deepEqual(readUtm(writeUtm("https://example.com/?q=1", values)), values);
});
