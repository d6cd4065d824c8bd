import assert from "node:assert/strict";
import { test } from "node:test";
import { guess, toBusiness } from "./columns";

test("columns are known by their names", () => {
  const { mapping, hasHeader } = guess([
    ["Business Name", "Phone number", "Main category", "Full address", "Reviews"],
    ["Rohr", "030 901820", "Plumber", "Allee 1", "7"],
  ]);
  assert.ok(hasHeader);
  assert.deepEqual(mapping, { name: 0, phone: 1, category: 2, address: 3 });
});

test("our own export comes back", () => {
  const header = ["name", "category", "phone", "deal_value_micros", "id", "site_status"];
  const { source, mapping } = guess([header]);
  assert.equal(source, "Vayro");
  const cells = ["Rohr", "Plumber", "'+4930901820", "1250000000", "1", "completed"];
  assert.deepEqual(toBusiness(cells, mapping, {}), {
    name: "Rohr",
    category: "Plumber",
    phone: "+4930901820",
    deal_value_micros: 1_250_000_000,
  });
});

test("a list without names is known by its numbers", () => {
  assert.deepEqual(guess([["+49 30 901820", "Rohr"]]), {
    hasHeader: false,
    source: null,
    mapping: { name: 1, phone: 0 },
  });
  assert.deepEqual(guess([["Wer", "Wo"]]).mapping, {});
});

test("what is said for all holds where a row says nothing", () => {
  const options = { country: "DE", category: "Plumber", locale: "" };
  assert.deepEqual(toBusiness(["Rohr", "AT"], { name: 0, country: 1 }, options), {
    name: "Rohr",
    country: "AT",
    category: "Plumber",
  });
});
