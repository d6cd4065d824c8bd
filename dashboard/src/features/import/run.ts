/** One way through all rows of a file: a check of them, or the making of what they say. */
import type { Problem } from "@/api/errors";
import { inChunks, type Row } from "./chunks";
import { type Failure, failureOf } from "./failures";
import type { Calls, Check, Kind, Mapping, Options } from "./kind";
import { sendRows, type Trouble, type Wire } from "./send";

export type Progress = {
  done: number;
  total: number;
  failed: number;
  /** Rows of what is there already, and stays as it is. */
  kept: number;
  isPaused: boolean;
  isEnding: boolean;
  trouble: Trouble | null;
};

export type Result = { good: number; kept: number; failures: Failure[]; error: unknown; isCancelled: boolean };

type Wanted = {
  rows: readonly string[][];
  /** The first row that is no header. */
  first: number;
  header: readonly string[];
  /** Rows that are left out. */
  without: ReadonlySet<number>;
  mapping: Mapping;
  options: Options;
  isDryRun: boolean;
  onProgress: (progress: Progress) => void;
};

class Cancelled extends Error {}

const LOST: Problem = {
  code: "unknown",
  title: "Not known whether it was made",
  detail: "It was cancelled while the connection was lost: whether this row was made is not known.",
} as Problem;

export class Run<T> {
  private readonly id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  private readonly failures: Failure[] = [];
  private readonly check: Check<T> | undefined;
  private progress: Progress;
  private sent = 0;
  private kept = 0;
  private refusedHere = 0;
  private wake: (() => void) | null = null;

  constructor(
    private readonly kind: Kind<T>,
    private readonly wanted: Wanted,
  ) {
    const total = wanted.rows.length - wanted.first - wanted.without.size;
    this.progress = { done: 0, total, failed: 0, kept: 0, isPaused: false, isEnding: false, trouble: null };
    if (wanted.isDryRun) this.check = kind.createCheck?.();
  }

  cancel(): void {
    this.tell({ isEnding: true });
    this.wake?.();
  }

  pause(): void {
    this.tell({ isPaused: true });
  }

  goOn(): void {
    const { trouble } = this.progress;
    this.tell({ isPaused: false, trouble: trouble?.act === "sign-in" ? null : trouble });
    this.wake?.();
  }

  async start(): Promise<Result> {
    this.tell({});
    let error: unknown = null;
    try {
      const calls = await this.kind.open(this.id, this.wanted.isDryRun, this.wanted.options);
      const wire = this.wire(calls);
      for (const chunk of inChunks(this.indexes(), (index) => this.convert(index))) {
        await this.pass();
        await this.sendOne(chunk, wire);
      }
      this.count(0);
    } catch (failure) {
      if (!(failure instanceof Cancelled)) error = failure;
    }
    const { done, isEnding, total } = this.progress;
    const good = done - this.failures.length - this.kept;
    return { good, kept: this.kept, failures: this.failures, error, isCancelled: isEnding && done < total };
  }

  private async sendOne(chunk: Row<T>[], wire: Wire<T>): Promise<void> {
    try {
      const outcomes = await sendRows(chunk, wire);
      for (const [index, outcome] of outcomes) {
        if (outcome === "kept") this.kept += 1;
        else if (outcome) this.failures.push(failureOf(index, outcome));
      }
    } catch (failure) {
      const act = this.progress.trouble?.act;
      const isLost = act === "look" || act === "settle";
      const isUnknown = failure instanceof Cancelled && isLost && !this.wanted.isDryRun;
      if (!isUnknown) throw failure;
      for (const { index } of chunk) this.failures.push(failureOf(index, LOST));
      this.count(chunk.length);
      throw failure;
    }
    this.count(chunk.length);
  }

  private wire(calls: Calls<T>): Wire<T> {
    return {
      ...calls,
      sleep: (ms, isFirm) => this.sleep(ms, isFirm),
      pass: () => this.pass(),
      pause: () => this.pause(),
      tell: (trouble) => this.tell({ trouble }),
    };
  }

  /** The rows to be sent. What is wrong within the file is found here, and not sent. */
  private *indexes(): Generator<number> {
    const { rows, first, without } = this.wanted;
    for (let index = first; index < rows.length; index++) {
      if (without.has(index)) continue;
      const problem = this.faultOf(index);
      if (!problem) {
        yield index;
        continue;
      }
      this.failures.push(problem);
      this.refusedHere += 1;
    }
  }

  private convert(index: number): T {
    const { rows, mapping, options } = this.wanted;
    return this.kind.convert(rows[index] ?? [], mapping, options, { import: this.id, row: index + 1 });
  }

  private faultOf(index: number): Failure | null {
    const { rows, header, mapping } = this.wanted;
    const cells = rows[index] ?? [];
    return this.check?.find({ index, thing: this.convert(index), cells, header, mapping }) ?? null;
  }

  private count(rows: number): void {
    this.sent += rows;
    this.tell({ done: this.sent + this.refusedHere, failed: this.failures.length, kept: this.kept });
  }

  private tell(patch: Partial<Progress>): void {
    this.progress = { ...this.progress, ...patch };
    this.wanted.onProgress(this.progress);
  }

  private async pass(): Promise<void> {
    while (this.progress.isPaused && !this.progress.isEnding) await this.waitFor(null);
    if (this.progress.isEnding) throw new Cancelled();
  }

  private async sleep(ms: number, isFirm = false): Promise<void> {
    const until = performance.now() + ms;
    do await this.waitFor(Math.max(0, until - performance.now()));
    while (isFirm && !this.progress.isEnding && performance.now() < until);
    if (this.progress.isEnding) throw new Cancelled();
  }

  /** Wait for so long, or until somebody presses a button. */
  private waitFor(ms: number | null): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === null ? undefined : setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
