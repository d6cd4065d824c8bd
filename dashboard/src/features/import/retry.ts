/** What to do when a call of many links did not answer as it should. */
import { ApiError, Unreachable } from "@/api/errors";

export type Plan =
  /** Nothing was done there: send the same again after a while. */
  | { act: "again"; afterMs: number }
  /** Somebody must sign in first; nothing was done there. */
  | { act: "sign-in" }
  /** It may have been done: look which links are there, and send the others. */
  | { act: "look"; afterMs: number }
  /** It will be refused for ever. */
  | { act: "stop" };

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
const UNSAID_PAUSE_MS = 5_000;

/** Return the pause after so many failures in a row: 1, 2, 4 … 30 seconds. */
export const pauseAfter = (failures: number): number =>
  Math.min(FIRST_PAUSE_MS * 2 ** Math.max(failures - 1, 0), LONGEST_PAUSE_MS);

/** Return what a failure asks for. `failures` counts those in a row, this one too. */
export function planFor(error: unknown, failures: number): Plan {
  if (error instanceof Unreachable) return { act: "look", afterMs: pauseAfter(failures) };
  if (!(error instanceof ApiError)) return { act: "stop" };
  const said = error.retryAfterSeconds === null ? null : error.retryAfterSeconds * 1000;
  if (error.status === 429) return { act: "again", afterMs: said ?? UNSAID_PAUSE_MS };
  if (error.status === 401) return { act: "sign-in" };
  if (error.status >= 500) return { act: "look", afterMs: Math.max(said ?? 0, pauseAfter(failures)) };
  return { act: "stop" };
}
