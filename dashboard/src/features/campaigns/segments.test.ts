import assert from "node:assert/strict";
import { test } from "node:test";
import { countSegments, hasPlain, plainMarks } from "./segments";

const counted = (text: string) => {
  const { encoding, characters, segments, remaining } = countSegments(text);
  return [encoding, characters, segments, remaining];
};

test("the 7-bit alphabet: 160 alone, 153 each when joined", () => {
  assert.deepEqual(counted("a".repeat(160)), ["GSM-7", 160, 1, 0]);
  assert.deepEqual(counted("a".repeat(161)), ["GSM-7", 161, 2, 145]);
  assert.deepEqual(counted("a".repeat(306)), ["GSM-7", 306, 2, 0]);
  assert.deepEqual(counted("a".repeat(307)), ["GSM-7", 307, 3, 152]);
  assert.deepEqual(counted("a".repeat(459)), ["GSM-7", 459, 3, 0]);
  assert.deepEqual(counted("a".repeat(460)), ["GSM-7", 460, 4, 152]);
});

test("characters of the extension table take two places", () => {
  assert.deepEqual(counted("€"), ["GSM-7", 2, 1, 158]);
  assert.deepEqual(counted("[x]{y}^~|\\"), ["GSM-7", 18, 1, 142]);
  assert.deepEqual(counted(`${"a".repeat(159)}€`), ["GSM-7", 161, 2, 145]);
});

test("an escape is never parted from its character", () => {
  // 152 and the two of the sign do not fit into 153: the place stays empty.
  assert.deepEqual(counted(`${"a".repeat(152)}€${"a".repeat(152)}`), ["GSM-7", 306, 3, 152]);
});

test("one other character makes all of it UCS-2: 70 alone, 67 when joined", () => {
  assert.deepEqual(counted("ж".repeat(70)), ["UCS-2", 70, 1, 0]);
  assert.deepEqual(counted("ж".repeat(71)), ["UCS-2", 71, 2, 63]);
  assert.deepEqual(counted(`${"a".repeat(160)}ж`), ["UCS-2", 161, 3, 40]);
});

test("an emoji takes two units and is never split", () => {
  assert.deepEqual(counted("🙂"), ["UCS-2", 2, 1, 68]);
  assert.deepEqual(counted("🙂".repeat(35)), ["UCS-2", 70, 1, 0]);
  assert.deepEqual(counted("🙂".repeat(36)), ["UCS-2", 72, 2, 61]);
});

test("letters with marks that the alphabet has, and those that it has not", () => {
  assert.deepEqual(counted("àéèìòùäöüñÄÖÜÑÇØøÅåß"), ["GSM-7", 20, 1, 140]);
  assert.deepEqual(countSegments("çá’").non_gsm, ["ç", "á", "’"]);
  assert.equal(countSegments("\t").encoding, "UCS-2");
});

test("nothing takes nothing", () => {
  assert.deepEqual(counted(""), ["GSM-7", 0, 0, 160]);
});

test("typographic marks are written plainly, letters stay", () => {
  assert.equal(plainMarks("“It’s” – ç…"), '"It\'s" - ç...');
  assert.equal(hasPlain(["ç"]), false);
  assert.equal(hasPlain(["ç", "’"]), true);
});
