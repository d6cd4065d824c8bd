import assert from "node:assert/strict";
import { test } from "node:test";
import { changeItem, cutPages, removeItems } from "@/api/pages";
import { makeLink } from "./make-link";
import { insertLink, type LinkPages } from "./pages";

const at = (day: number, clicks = 0) =>
  makeLink({ id: `link-${day}`, created_at: `2026-01-${String(day).padStart(2, "0")}T00:00:00Z`, clicks });

/** Two pages, newest first; `more`: there is a third one elsewhere. */
const pages = (more: boolean): LinkPages => ({
  pages: [
    { data: [at(9), at(8)], next_cursor: "two" },
    { data: [at(6), at(5)], next_cursor: more ? "three" : null },
  ],
  pageParams: [null, "two"],
});

const ids = (list: LinkPages) => list.pages.map((page) => page.data.map(({ id }) => id));

test("a change leaves the other pages the objects that they were", () => {
  const before = pages(true);
  const after = changeItem(before, "link-6", (link) => ({ ...link, title: "New" }));
  assert.equal(after.pages[1]?.data[0]?.title, "New");
  assert.equal(after.pages[0], before.pages[0]);
});

test("what is removed comes back to its place", () => {
  const without = removeItems(pages(true), new Set(["link-8", "link-6"]));
  assert.deepEqual(ids(without), [["link-9"], ["link-5"]]);
  assert.deepEqual(ids(insertLink(without, at(8), "-created_at")), [["link-9"], ["link-8", "link-5"]]);
});

test("a link whose place is not here yet is left to its page", () => {
  assert.deepEqual(ids(insertLink(pages(true), at(2), "-created_at")), ids(pages(true)));
  assert.deepEqual(ids(insertLink(pages(false), at(2), "-created_at"))[1], ["link-6", "link-5", "link-2"]);
});

test("a new link is first of the newest and last of the oldest", () => {
  assert.equal(ids(insertLink(pages(true), at(10), "-created_at"))[0]?.[0], "link-10");
  const oldest: LinkPages = { pages: [{ data: [at(5), at(6)], next_cursor: null }], pageParams: [null] };
  assert.deepEqual(ids(insertLink(oldest, at(10), "created_at")), [["link-5", "link-6", "link-10"]]);
});

test("a link that is there already is replaced, not doubled", () => {
  const after = insertLink(pages(true), { ...at(8), title: "Again" }, "-created_at");
  assert.deepEqual(ids(after), ids(pages(true)));
  assert.equal(after.pages[0]?.data[1]?.title, "Again");
});

test("an empty list takes its first link", () => {
  const empty: LinkPages = { pages: [{ data: [], next_cursor: null }], pageParams: [null] };
  assert.deepEqual(ids(insertLink(empty, at(1), "-clicks")), [["link-1"]]);
});

test("a long list is cut with its cursors", () => {
  const cut = cutPages(pages(true), 1);
  assert.deepEqual(cut.pageParams, [null]);
  assert.equal(cut.pages.length, 1);
});
