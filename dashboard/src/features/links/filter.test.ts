import assert from "node:assert/strict";
import { test } from "node:test";
import { includes, isNarrow, readFilter, toQuery } from "./filter";
import { makeLink } from "./make-link";

const read = (query: string) => readFilter(new URLSearchParams(query));

test("an address without filters shows all, newest first", () => {
  assert.deepEqual(toQuery(read("")), { sort: "-created_at" });
  assert.equal(isNarrow(read("sort=-clicks")), false);
});

test("what an address holds is what the API is asked", () => {
  assert.deepEqual(toQuery(read("q=+a &tag=b&domain=go.example&type=site_preview&state=disabled&sort=-clicks")), {
    q: "a",
    tag: "b",
    domain: "go.example",
    link_type: "site_preview",
    is_active: false,
    sort: "-clicks",
  });
});

test("what nobody knows in an address is ignored", () => {
  assert.deepEqual(toQuery(read("state=odd&sort=title")), { sort: "-created_at" });
});

test("a link is shown when all filters let it through", () => {
  const link = makeLink({ title: "Spring Poster", tags: ["print"], is_active: false });
  for (const query of ["q=POSTER", "q=abc1", "tag=print&state=disabled", "domain=go.example.com", "type=standard"])
    assert.ok(includes(read(query), link), query);
  for (const query of ["q=autumn", "tag=pri", "state=active", "domain=example.com", "q=poster&tag=web"])
    assert.ok(!includes(read(query), link), query);
});
