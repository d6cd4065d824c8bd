import assert from "node:assert/strict";
import { test } from "node:test";
import { queryOf } from "./query";

test("no filter asks for everything", () => {
  assert.deepEqual(queryOf(new URLSearchParams()), {});
});

test("the last day is within", () => {
  const { from, to } = queryOf(new URLSearchParams("from=2026-03-01&to=2026-03-01"));
  assert.equal(Date.parse(to ?? "") - Date.parse(from ?? ""), 86_400_000);
});

test("what is no day is left out, and names go through", () => {
  const params = new URLSearchParams("from=soon&to=2026-99-99&action=key.create&user=7");
  assert.deepEqual(queryOf(params), { action: "key.create", user_id: "7" });
});
