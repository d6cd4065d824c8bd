import assert from "node:assert/strict";
import { test } from "node:test";
import type { Business } from "./business";
import { exportAddress, includes, isNarrow, readFilter, toQuery } from "./filter";

const read = (address: string) => readFilter(new URLSearchParams(address));
const business = (over: Partial<Business> = {}): Business => ({
  id: "1",
  name: "Rohr & Söhne",
  category: "Plumber",
  phone: "+4930901820",
  email: null,
  address: null,
  country: "DE",
  locale: "de",
  time_zone: null,
  notes: null,
  deal_value_micros: null,
  site: null,
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
  ...over,
});

test("an address is a filter, and what nobody knows in it is ignored", () => {
  const filter = read("q=rohr&category=Plumber&country=DE&has_site=without&x=y");
  assert.deepEqual(toQuery(filter), { q: "rohr", category: "Plumber", country: "DE", has_site: false });
  assert.equal(isNarrow(read("has_site=perhaps&q=%20")), false);
});

test("the export is of what the list shows", () => {
  assert.equal(
    exportAddress(read("category=A%26B&has_site=with")),
    "/v1/businesses/export?format=csv&category=A%26B&has_site=true",
  );
});

test("a business that was just made shows where it belongs", () => {
  assert.ok(includes(read("q=SÖHNE&has_site=without"), business()));
  assert.ok(includes(read("q=9018"), business()));
  assert.ok(!includes(read("has_site=with"), business()));
  assert.ok(!includes(read("country=AT"), business()));
});
