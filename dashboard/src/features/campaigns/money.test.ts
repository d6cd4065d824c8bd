import assert from "node:assert/strict";
import { test } from "node:test";
import { editMoney, formatMoney, readMoney } from "./money";

test("amounts are read as people of any country write them", () => {
  const cases: [string, number][] = [
    ["1200", 1200],
    ["1,200.50", 1200.5],
    ["1.200,50", 1200.5],
    ["1 200,5", 1200.5],
    ["€ 99.99", 99.99],
    ["1,200", 1200],
    ["1.200.000", 1_200_000],
    ["0.125", 0.125],
    ["12,5", 12.5],
  ];
  for (const [typed, amount] of cases) assert.equal(readMoney(typed), amount * 1_000_000, typed);
});

test("nothing is no deal, and what is no amount is told apart from it", () => {
  assert.equal(readMoney("  "), null);
  for (const typed of ["twelve", "-5", "1e9", "12x", "9".repeat(20)]) assert.equal(readMoney(typed), undefined, typed);
});

test("an amount goes into the field and out again", () => {
  assert.equal(editMoney(1_250_500_000), "1250.5");
  assert.equal(readMoney(editMoney(1_250_500_000)), 1_250_500_000);
  assert.equal(editMoney(null), "");
});

test("cents are shown, and what is less than them", () => {
  assert.equal(formatMoney(19_280_000, "USD"), "$19.28");
  assert.equal(formatMoney(7_900, "USD"), "$0.0079");
  assert.equal(formatMoney(0, "USD"), "$0.00");
});
