import assert from "node:assert/strict";
import { test } from "node:test";
import { atMostEvery } from "./use-progress";

test("many calls are one at once and one after the pause", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let done = 0;
  const { run, stop } = atMostEvery(1000, () => {
    done += 1;
  });
  for (let call = 0; call < 5; call += 1) run();
  assert.equal(done, 1);
  context.mock.timers.tick(1000);
  assert.equal(done, 2);
  context.mock.timers.tick(5000);
  assert.equal(done, 2);
  run();
  run();
  stop();
  context.mock.timers.tick(5000);
  assert.equal(done, 3);
});
