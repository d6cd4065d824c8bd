import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, isSignedOut, readError, sentence, Unreachable } from "./errors";

const answer = (status: number, headers: Record<string, string> = {}) => new Response(null, { status, headers });

test("a problem tells its sentence, its code and what is wrong where", () => {
  const problem = {
    type: "urn:vayro:problem:validation_failed",
    title: "t",
    status: 422,
    code: "validation_failed",
    detail: "tags.0: At most 50 characters are accepted.",
    field: null,
    errors: [{ field: "tags.0", message: "At most 50 characters are accepted." }],
  };
  const error = readError(answer(422), problem);
  assert.equal(error.code, "validation_failed");
  assert.equal(error.message, problem.detail);
  assert.deepEqual(error.fields, { "tags.0": "At most 50 characters are accepted." });
});

test("a problem about one field says so", () => {
  const problem = { type: "", title: "", status: 409, code: "code_taken", detail: "It is taken.", field: "short_code" };
  assert.deepEqual(readError(answer(409), problem).fields, { short_code: "It is taken." });
});

test("what a proxy says instead is never shown as markup", () => {
  assert.equal(readError(answer(502), "<html><h1>Bad gateway").message, "The server answered 502.");
  assert.equal(readError(answer(502), undefined).message, "The server answered 502.");
  assert.equal(readError(answer(502), "upstream is away").message, "upstream is away");
});

test("the wait is read in seconds, and only when there is one", () => {
  assert.equal(readError(answer(429, { "Retry-After": "7" }), null).retryAfterSeconds, 7);
  assert.equal(readError(answer(429), null).retryAfterSeconds, null);
  assert.equal(
    readError(answer(429, { "Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT" }), null).retryAfterSeconds,
    null,
  );
});

test("only a 401 asks for a sign-in", () => {
  assert.equal(isSignedOut(new ApiError(401, "unauthenticated", "")), true);
  assert.equal(isSignedOut(new ApiError(403, "forbidden", "")), false);
  assert.equal(isSignedOut(new Unreachable()), false);
});

test("an error of ours is not shown in its own words", () => {
  assert.equal(sentence(new TypeError("x is undefined")), "Something went wrong here. Reload the page and try again.");
});
