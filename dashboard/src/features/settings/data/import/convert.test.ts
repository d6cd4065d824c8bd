import assert from "node:assert/strict";
import { test } from "node:test";
import { toLink } from "./convert";

const ORIGIN = { import: "i", row: 3 };
const one = (name: string, cell: string) =>
  (toLink(["https://e.com/", cell], { target_url: 0, [name]: 1 }, [], ORIGIN) as Record<string, unknown>)[name];

test("cells become what the API takes", () => {
  assert.deepEqual(one("tags", "a, b;c|d"), ["a", "b", "c", "d"]);
  assert.deepEqual(one("tags", '["x, y"]'), ["x, y"]);
  assert.equal(one("short_code", "https://bit.ly/3xYz?utm=1"), "3xYz");
  assert.equal(one("short_code", "bit.ly/spring/"), "spring");
  assert.equal(one("short_code", "plain"), "plain");
  assert.equal(one("expires_at", "2026-12-31"), "2026-12-31T00:00:00Z");
  assert.equal(one("expires_at", "2026-12-31 23:00"), "2026-12-31T23:00Z");
  assert.equal(one("max_clicks", "50"), 50);
  assert.equal(one("is_active", "No"), false);
});

test("what cannot be read is sent as it is", () => {
  assert.equal(one("max_clicks", "many"), "many");
  assert.equal(one("expires_at", "next week"), "next week");
  assert.equal(one("is_active", "perhaps"), "perhaps");
});

test("an apostrophe before what looks like a formula is no part of the text", () => {
  assert.equal(one("title", "'=SUM(A1)"), "=SUM(A1)");
  assert.equal(one("title", "'tis the season"), "'tis the season");
});

test("empty cells say nothing, and further tags are added", () => {
  const link = toLink(["https://e.com/", "", "a"], { target_url: 0, title: 1, tags: 2 }, ["imported"], ORIGIN);
  assert.deepEqual(link, { target_url: "https://e.com/", tags: ["a", "imported"], metadata: ORIGIN });
});

test("metadata of the file stays, with the row's origin beside it", () => {
  assert.deepEqual(one("metadata", '{"campaign": 7}'), { campaign: 7, ...ORIGIN });
  assert.equal(one("metadata", "{broken"), "{broken");
});
