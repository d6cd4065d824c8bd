import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, type Problem, Unreachable } from "@/api/errors";
import { inChunks, type Row } from "./chunks";
import { type Outcome, sendRows, type Trouble, type Wire } from "./send";

type Link = { target_url: string; title: string };

const TAKEN = { code: "code_taken", detail: "Taken." } as Problem;

/** A server whose calls go as `faults` say, one each; then all is well. It counts the links it has made of each row. */
class Server {
  readonly made = new Map<number, number>();
  readonly slept: number[] = [];
  readonly troubles: (Trouble | null)[] = [];
  calls = 0;
  pauses = 0;
  late: (() => void)[] = [];

  constructor(private readonly faults: ((make: () => void) => void)[]) {}

  readonly wire: Wire<Link> = {
    send: async (links) => {
      this.calls += 1;
      const rows = links.map((link) => Number(link.title));
      const make = () => {
        for (const row of rows) this.made.set(row, (this.made.get(row) ?? 0) + 1);
      };
      const fault = this.faults.shift();
      if (fault) fault(make);
      else make();
      return rows.map((row): Outcome => (row === 13 ? TAKEN : null));
    },
    findMade: async (rows) => {
      const found = new Set(rows.map(({ index }) => index).filter((index) => this.made.has(index)));
      this.late.shift()?.();
      return found;
    },
    sleep: async (ms) => {
      this.slept.push(ms);
    },
    pass: async () => {},
    pause: () => {
      this.pauses += 1;
    },
    tell: (trouble) => {
      this.troubles.push(trouble);
    },
  };
}

const rows = (count: number): Row<Link>[] =>
  Array.from({ length: count }, (_, index) => ({
    index,
    thing: { target_url: "https://e.com/", title: String(index) },
  }));

const lost = () => {
  throw new Unreachable();
};
const lostAfter = (make: () => void) => {
  make();
  throw new Unreachable();
};
const refused = (status: number, retryAfter: number | null) => () => {
  throw new ApiError(status, "x", "x", {}, retryAfter);
};

const isOnceEach = (server: Server, count: number) =>
  server.made.size === count && [...server.made.values()].every((times) => times === 1);

test("what is refused is known by its row", async () => {
  const server = new Server([]);
  const outcomes = await sendRows(rows(20), server.wire);
  assert.equal(outcomes.size, 20);
  assert.equal(outcomes.get(13), TAKEN);
  assert.equal(outcomes.get(12), null);
});

test("a spent budget is waited for as long as it is said, and sent again", async () => {
  const server = new Server([refused(429, 7), refused(429, null)]);
  await sendRows(rows(3), server.wire);
  assert.deepEqual(server.slept, [7_000, 5_000]);
  assert.ok(isOnceEach(server, 3));
  assert.equal(server.troubles.at(-1), null);
});

test("a call that was lost on its way there is sent again", async () => {
  const server = new Server([lost, lost]);
  await sendRows(rows(5), server.wire);
  assert.ok(isOnceEach(server, 5));
  assert.equal(server.calls, 3);
});

test("a call whose answer was lost makes nothing twice", async () => {
  const server = new Server([lostAfter]);
  const outcomes = await sendRows(rows(5), server.wire);
  assert.ok(isOnceEach(server, 5));
  assert.equal(server.calls, 1);
  assert.equal(outcomes.size, 5);
});

test("a call that goes on there after the connection broke makes nothing twice", async () => {
  const server = new Server([]);
  const late = (make: () => void) => {
    server.late = [make];
    throw new Unreachable();
  };
  const wire = new Server([late]);
  wire.late = server.late;
  const slow: Wire<Link> = { ...wire.wire };
  // The links appear between the first look and the second.
  const find = wire.wire.findMade;
  slow.findMade = async (asked) => {
    wire.late = server.late.splice(0);
    return (await find?.(asked)) ?? new Set();
  };
  await sendRows(rows(5), slow);
  assert.ok(isOnceEach(wire, 5));
  assert.equal(wire.calls, 1);
});

test("when somebody must sign in, it pauses, and sends again", async () => {
  const server = new Server([refused(401, null)]);
  await sendRows(rows(2), server.wire);
  assert.equal(server.pauses, 1);
  assert.ok(isOnceEach(server, 2));
});

test("what is refused as a whole ends it", async () => {
  const server = new Server([refused(403, null)]);
  await assert.rejects(sendRows(rows(2), server.wire), ApiError);
});

test("portions hold a thousand rows, and fewer where rows are long", () => {
  const short = [...inChunks(Array(2_500).keys(), (index) => ({ target_url: String(index) }))];
  assert.deepEqual(
    short.map((chunk) => chunk.length),
    [1_000, 1_000, 500],
  );
  const long = [...inChunks(Array(1_000).keys(), () => ({ target_url: "x".repeat(4_000) }))];
  assert.equal(long.length, 4);
  assert.equal(long.flat().length, 1_000);
});
