import assert from "node:assert/strict";
import { test } from "node:test";
import { makeLink } from "../make-link";
import { toCell, toCsv } from "./csv";

test("a formula is told to a spreadsheet as text, a number stays one", () => {
  for (const text of ["=1+1", "+1", "-1", "@a", "\tx"]) assert.ok(toCell(text).startsWith("'"), text);
  assert.equal(toCell(-1), "-1");
});

test("commas, quotes and lines are quoted", () => {
  assert.equal(toCell('a "b", c'), '"a ""b"", c"');
  assert.equal(toCell("a\nb"), '"a\nb"');
});

test("there is a head, and a line for each link", () => {
  const lines = toCsv([makeLink({ tags: ["a", "b"], title: "Poster, red" })]).split("\r\n");
  assert.equal(lines[0], "short_url,target_url,title,tags,is_active,clicks,expires_at,max_clicks,created_at");
  assert.equal(
    lines[1],
    'https://go.example.com/abc1234,https://example.com/,"Poster, red",a b,true,0,,,2026-01-01T00:00:00Z',
  );
});
