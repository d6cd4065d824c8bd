import assert from "node:assert/strict";
import { test } from "node:test";
import atlas from "world-atlas/countries-110m.json";
import { codeOf, SMALL_PLACES } from "./country-codes";
import { isSmall, middleOf, SHAPES } from "./world-geometry";

const NAMELESS = ["N. Cyprus", "Somaliland"];

test("every country of the map has a code, and none has two", () => {
  const found = atlas.objects.countries.geometries.map(({ id, properties }) => codeOf(id, properties.name));
  const without = atlas.objects.countries.geometries.filter((_, index) => found[index] === null);
  assert.deepEqual(
    without.map(({ properties }) => properties.name),
    NAMELESS,
  );
  const codes = found.filter((code) => code !== null);
  assert.equal(new Set(codes).size, codes.length);
  assert.deepEqual(
    codes.filter((code) => code in SMALL_PLACES),
    [],
  );
});

test("countries lie where they are", () => {
  const [germany, brazil, japan] = [middleOf("DE"), middleOf("BR"), middleOf("JP")];
  assert.ok(germany && brazil && japan);
  assert.ok(brazil[0] < germany[0] && germany[0] < japan[0]);
  assert.ok(brazil[1] > germany[1]);
  assert.equal(middleOf("ZZ"), null);
});

test("what is too small for a shape is a dot", () => {
  assert.ok(isSmall("SG") && middleOf("SG"));
  assert.ok(!isSmall("DE"));
  assert.ok(SHAPES.every(({ path }) => path.length > 0));
});
