import assert from "node:assert/strict";
import { test } from "node:test";
import { EMPTY, errorsOf, toChanges, toNewBusiness } from "./draft";

test("a new business says what was typed, and nothing else", () => {
  assert.deepEqual(toNewBusiness({ ...EMPTY, name: "Rohr", phone: " 030 901820 ", country: "DE", deal: "1250.5" }), {
    name: "Rohr",
    phone: "030 901820",
    country: "DE",
    deal_value_micros: 1_250_500_000,
  });
});

test("what was emptied is taken away", () => {
  const from = { ...EMPTY, name: "Rohr", phone: "+4930901820", deal: "9" };
  assert.deepEqual(toChanges({ ...from, phone: "", deal: "" }, from), { phone: null, deal_value_micros: null });
  assert.deepEqual(toChanges(from, from), {});
});

test("an error is said at the field that it is about", () => {
  assert.deepEqual(errorsOf({ deal_value_micros: "Too much.", "phone.max_length": "Too long." }), {
    deal: "Too much.",
    phone: "Too long.",
  });
});
