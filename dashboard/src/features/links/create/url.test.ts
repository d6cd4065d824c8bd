import assert from "node:assert/strict";
import { test } from "node:test";
import { completeUrl } from "./url";

test("an address without a scheme gets https", () => {
  assert.equal(completeUrl(" example.com/a?b=c#d "), "https://example.com/a?b=c#d");
  assert.equal(completeUrl("example.com:8443"), "https://example.com:8443");
  assert.equal(completeUrl("bücher.example"), "https://bücher.example");
});

test("what has a scheme, or is no address, stays as it was typed", () => {
  for (const typed of [
    "http://example.com",
    "ftp://example.com",
    "javascript:alert(1)",
    "mailto:a@example.com",
    "word",
    "",
  ])
    assert.equal(completeUrl(typed), typed);
});
