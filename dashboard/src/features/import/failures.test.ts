import assert from "node:assert/strict";
import { test } from "node:test";
import type { Problem } from "@/api/errors";
import { failureOf, groupByReason, writeFailures } from "./failures";

const problem = (code: string, detail: string, field: string | null = null) =>
  ({ code, detail, field, title: code, status: 422, type: "" }) as unknown as Problem;

test("reasons are counted, the commonest first", () => {
  const failures = [
    failureOf(0, problem("code_taken", "Another link has a.")),
    failureOf(1, problem("invalid_url", "No host.")),
    failureOf(2, problem("invalid_url", "No scheme.")),
    failureOf(3, problem("validation_failed", "Too long.", "title")),
  ];
  assert.deepEqual(
    groupByReason(failures).map(({ label, count, example }) => [label, count, example]),
    [
      ["invalid_url", 2, "No host."],
      ["code_taken", 1, "Another link has a."],
      ["Something is wrong with title", 1, "Too long."],
    ],
  );
});

test("the file of failures has their rows, their numbers and why", async () => {
  const rows = [["https://e.com/", "a"], ["nope", "=b"], ["bad"]];
  const failures = [failureOf(2, problem("x", "Short.")), failureOf(1, problem("x", "No, not this."))];
  const text = await writeFailures(["url", "title"], rows, failures, 2).text();
  assert.equal(text.replace("\ufeff", ""), 'url,title,row,problem\r\nnope,\'=b,3,"No, not this."\r\nbad,,4,Short.\r\n');
});
