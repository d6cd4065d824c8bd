import assert from "node:assert/strict";
import { test } from "node:test";
import { hostOf, isShown, type LiveClick, merge } from "./use-live";

const click: LiveClick = {
  id: "0199e8a4-7d3c-7b21-9c55-3f2e8a6d1b07",
  link_id: "0199e8a4-7d3c-7b21-9c55-3f2e8a6d1b08",
  short_code: "spring-26",
  timestamp: "2026-11-22T08:07:26.123Z",
  country_code: "DE",
  city: null,
  device_type: "mobile",
  browser: "Firefox",
  os: "Android",
  referer: "https://T.co/abc?x=1",
  ip_address: null,
  is_bot: false,
  visitor_id: null,
};

test("a click is shown when it is what the filters ask for", () => {
  assert.ok(isShown(click, { country: "DE", city: "", referer: "t.co" }, "out"));
  assert.ok(!isShown(click, { country: "FR" }, "in"));
  assert.ok(!isShown(click, {}, "only"));
  assert.ok(!isShown({ ...click, is_bot: true }, {}, "out"));
  assert.ok(isShown({ ...click, is_bot: true }, {}, "in"));
});

test("a referer's host is what the API calls it", () => {
  assert.equal(hostOf("android-app://com.example.mail/"), "com.example.mail");
  assert.equal(hostOf("bare-host.example"), "bare-host.example");
  assert.equal(hostOf(""), "");
});

test("a click that comes twice is shown once, and old ones make room", () => {
  const many = Array.from({ length: 60 }, (_, number) => ({ ...click, id: String(number) }));
  assert.deepEqual(
    merge([click], [click]).map(({ id }) => id),
    [click.id],
  );
  assert.equal(merge([click], many).length, 50);
  assert.equal(merge([click], many)[0]?.id, click.id);
});
