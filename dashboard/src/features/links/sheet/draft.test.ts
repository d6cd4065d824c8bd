import assert from "node:assert/strict";
import { test } from "node:test";
import { makeLink } from "../make-link";
import { draftOf, EMPTY, toChanges, toInstant, toLocal, toNewLink } from "./draft";

test("only what changed is sent", () => {
  const from = draftOf(makeLink({ title: "Old", tags: ["a"], expires_at: "2030-01-01T10:00:42Z" }));
  assert.deepEqual(toChanges(from, from), {});
  assert.deepEqual(toChanges({ ...from, title: " ", tags: ["a", "b"] }, from), { title: null, tags: ["a", "b"] });
});

test("what is emptied is cleared", () => {
  const from = draftOf(
    makeLink({ expires_at: "2030-01-01T10:00:00Z", max_clicks: 5, expired_url: "https://example.com/" }),
  );
  const draft = { ...from, expires_at: "", max_clicks: "", expired_url: "" };
  assert.deepEqual(toChanges(draft, from), { expires_at: null, max_clicks: null, expired_url: null });
});

test("a password is changed, removed, or left", () => {
  const from = draftOf(makeLink({ has_password: true }));
  assert.deepEqual(toChanges({ ...from, password: "open sesame" }, from), { password: "open sesame" });
  assert.deepEqual(toChanges({ ...from, is_password_removed: true }, from), { password: null });
});

test("a new link says no more than was typed", () => {
  assert.deepEqual(toNewLink({ ...EMPTY, target_url: "example.com/a" }), { target_url: "https://example.com/a" });
  assert.deepEqual(
    toNewLink({ ...EMPTY, target_url: "https://example.com", short_code: " spring ", redirect_status: "301" }),
    {
      target_url: "https://example.com",
      short_code: "spring",
      redirect_status: 301,
    },
  );
});

test("an instant survives the field, to the minute", () => {
  assert.equal(toInstant(toLocal("2030-06-01T10:30:00.000Z")), "2030-06-01T10:30:00.000Z");
});
