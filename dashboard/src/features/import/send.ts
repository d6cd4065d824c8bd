/** Sends one portion of rows until it is known what became of each, over lost connections and spent budgets. */
import type { Problem } from "@/api/errors";
import type { Row } from "./chunks";
import type { Calls } from "./kind";
import { type Plan, pauseAfter, planFor } from "./retry";

/** Null: made, or it would be. "kept": one that is there already stays as it is. */
export type Outcome = Problem | "kept" | null;

/** `settle`: the connection is back, and it is looked what came through. */
export type Trouble = { act: Exclude<Plan["act"], "stop"> | "settle"; untilMs: number };

export type Wire<T> = Calls<T> & {
  /** Wait; unless `isFirm`, people can end it early. Throws when the whole is cancelled. */
  sleep: (ms: number, isFirm?: boolean) => Promise<void>;
  /** Wait for as long as it is paused. Throws when the whole is cancelled. */
  pass: () => Promise<void>;
  /** Somebody must sign in: pause. */
  pause: () => void;
  /** Say what it waits for; null: it goes on. */
  tell: (trouble: Trouble | null) => void;
};

/** A call whose connection broke may still be at work there: what is found must stay the same for so long. */
const SETTLE_MS = 4_000;

export async function sendRows<T>(rows: readonly Row<T>[], wire: Wire<T>): Promise<Map<number, Outcome>> {
  const outcomes = new Map<number, Outcome>();
  let waiting = rows;
  for (let failures = 0; waiting.length; ) {
    await wire.pass();
    try {
      const results = await wire.send(waiting.map(({ thing }) => thing));
      for (const [place, { index }] of waiting.entries()) outcomes.set(index, results[place] ?? null);
      waiting = [];
    } catch (error) {
      failures += 1;
      const plan = planFor(error, failures);
      if (plan.act === "stop") throw error;
      await wait(plan, wire);
      if (plan.act !== "look" || !wire.findMade) continue;
      const made = await settle(waiting, wire.findMade.bind(wire), wire);
      for (const index of made) outcomes.set(index, null);
      waiting = waiting.filter(({ index }) => !made.has(index));
    }
  }
  wire.tell(null);
  return outcomes;
}

async function wait(plan: Exclude<Plan, { act: "stop" }>, wire: Wire<never>): Promise<void> {
  if (plan.act === "sign-in") {
    wire.tell({ act: "sign-in", untilMs: 0 });
    wire.pause();
    return;
  }
  wire.tell({ act: plan.act, untilMs: Date.now() + plan.afterMs });
  await wire.sleep(plan.afterMs);
}

/** Return the rows that are there, once two looks in a row have found the same. */
async function settle<T>(
  rows: readonly Row<T>[],
  findMade: NonNullable<Wire<T>["findMade"]>,
  wire: Wire<T>,
): Promise<ReadonlySet<number>> {
  let before: ReadonlySet<number> | null = null;
  for (let failures = 0; ; ) {
    await wire.pass();
    try {
      const found = await findMade(rows);
      failures = 0;
      if (before?.size === found.size) return found;
      before = found;
      if (found.size === rows.length) return found;
      wire.tell({ act: "settle", untilMs: Date.now() + SETTLE_MS });
      await wire.sleep(SETTLE_MS, true);
    } catch (error) {
      failures += 1;
      const plan = planFor(error, failures);
      if (plan.act === "stop") throw error;
      await wait(plan.act === "look" ? { act: "look", afterMs: pauseAfter(failures) } : plan, wire);
    }
  }
}
