import assert from "node:assert/strict";
import { test } from "node:test";
import type { SiteContent } from "../site";
import { byPath, changesOf, replaceAt, tidy } from "./content-draft";

const content: SiteContent = {
  headline: "Rohr & Söhne",
  tagline: "Done properly.",
  about: "Since 1987.",
  offers: [{ name: "Repairs", text: "Today." }],
  highlights: ["Free estimates"],
  questions: [],
  call_to_action: "Call us",
  description: "Repairs.",
};

test("lines that were left empty are not sent", () => {
  const typed = {
    ...content,
    offers: [...content.offers, { name: " ", text: "" }],
    highlights: ["", "Free estimates"],
  };
  assert.deepEqual(tidy(typed), content);
  assert.equal(changesOf({ content: typed, design: "plan" }, { content, design: "plan" }), null);
});

test("only what differs is sent", () => {
  const from = { content, design: "plan" };
  assert.deepEqual(changesOf({ content, design: "table" }, from), { design: "table" });
  const headline = { ...content, headline: "New" };
  assert.deepEqual(changesOf({ content: headline, design: "plan" }, from), { content: headline });
});

test("an item is changed where it stands, or goes", () => {
  assert.deepEqual(replaceAt(["a", "b", "c"], 1, "x"), ["a", "x", "c"]);
  assert.deepEqual(replaceAt(["a", "b", "c"], 0, null), ["b", "c"]);
});

test("errors of the API are said at their lines", () => {
  assert.deepEqual(byPath({ "content.offers.0.name": "Too long.", design: "Unknown." }), {
    "offers.0.name": "Too long.",
    design: "Unknown.",
  });
});
