import assert from "node:assert/strict";
import { test } from "node:test";
import { fillIn, insertAt } from "./placeholders";

const values = { business: "Blum {link}", link: "go.example/x", sender: "Ada", category: "Florist" };

test("values stand where their names stood, and are not read again", () => {
  assert.equal(fillIn("Hi {business}: {link} {sender}", values), "Hi Blum {link}: go.example/x Ada");
});

test("a link that is missing goes to the end; what is no placeholder stays", () => {
  assert.equal(fillIn("Hello {you}", values), "Hello {you} go.example/x");
});

test("what is put in keeps its distance from words, not from full stops", () => {
  assert.deepEqual(insertAt("Hi there", 2, 2, "{business}"), { text: "Hi {business} there", caret: 13 });
  assert.deepEqual(insertAt("Hi.", 2, 2, "{business}"), { text: "Hi {business}.", caret: 13 });
  assert.deepEqual(insertAt("", 0, 0, "{link}"), { text: "{link}", caret: 6 });
  assert.deepEqual(insertAt("see THIS now", 4, 8, "{link}"), { text: "see {link} now", caret: 10 });
});
