/** One way through all rows of a file: a check of them, or the making of their links. */
import type { Problem } from "@/api/errors";
import { inChunks } from "./chunks";
import { plainName } from "./columns";
import { toLink } from "./convert";
import { type Failure, failureOf } from "./failures";
import type { Mapping, NewLink } from "./fields";
import { sendRows, type Trouble, type Wire } from "./send";
import { findMade, readNewest, sendLinks } from "./wire";

export type Progress = {
  done: number;
  total: number;
  failed: number;
  isPaused: boolean;
  isEnding: boolean;
  trouble: Trouble | null;
};

export type Result = { good: number; failures: Failure[]; error: unknown; isCancelled: boolean };

type Wanted = {
  rows: readonly string[][];
  /** The first row that is no header. */
  first: number;
  header: readonly string[];
  /** Rows that are left out. */
  without: ReadonlySet<number>;
  mapping: Mapping;
  extraTags: readonly string[];
  isDryRun: boolean;
  onProgress: (progress: Progress) => void;
};

class Cancelled extends Error {}

const LOST: Problem = {
  code: "unknown",
  title: "Not known whether it was made",
  detail: "It was cancelled while the connection was lost: whether this link was made is not known.",
} as Problem;

export class Run {
  private readonly id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  private readonly failures: Failure[] = [];
  private readonly seen = new Set<string>();
  private progress: Progress;
  private sent = 0;
  private refusedHere = 0;
  private wake: (() => void) | null = null;
  private since: string | null = null;

  constructor(private readonly wanted: Wanted) {
    const total = wanted.rows.length - wanted.first - wanted.without.size;
    this.progress = { done: 0, total, failed: 0, isPaused: false, isEnding: false, trouble: null };
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
      if (!this.wanted.isDryRun) this.since = await readNewest();
      for (const chunk of inChunks(this.indexes(), (index) => this.link(index))) {
        await this.pass();
        await this.sendOne(chunk);
      }
      this.count(0);
    } catch (failure) {
      if (!(failure instanceof Cancelled)) error = failure;
    }
    const { done, isEnding, total } = this.progress;
    return { good: done - this.failures.length, failures: this.failures, error, isCancelled: isEnding && done < total };
  }

  private async sendOne(chunk: { index: number; link: NewLink }[]): Promise<void> {
    try {
      const outcomes = await sendRows(chunk, this.wire());
      for (const [index, problem] of outcomes) if (problem) this.failures.push(failureOf(index, problem));
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

  private wire(): Wire {
    const { isDryRun } = this.wanted;
    return {
      send: (links) => sendLinks(links, isDryRun),
      findMade: isDryRun ? undefined : (rows) => findMade(this.id, rows, this.since),
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
      const problem = this.wanted.isDryRun ? this.problemOf(index) : null;
      if (!problem) {
        yield index;
        continue;
      }
      this.failures.push(problem);
      this.refusedHere += 1;
    }
  }

  private link(index: number): NewLink {
    const { rows, mapping, extraTags } = this.wanted;
    return toLink(rows[index] ?? [], mapping, extraTags, { import: this.id, row: index + 1 });
  }

  /** A call knows only its own rows: codes that come again in another call are found here. */
  private problemOf(index: number): Failure | null {
    const { rows, header, mapping } = this.wanted;
    const { short_code: code, domain, password } = this.link(index);
    const hadPassword = header.findIndex((name) => plainName(name) === "haspassword");
    if (hadPassword >= 0 && rows[index]?.[hadPassword]?.toLowerCase() === "true" && !password) {
      const detail = "The link had a password, which an export does not know: give it one in a column of its own.";
      return { index, code: "validation_failed", title: "A password is missing", field: "password", detail };
    }
    if (!code || mapping.short_code === undefined) return null;
    const key = `${domain ?? ""}/${code}`;
    if (this.seen.has(key)) {
      const detail = `Another row of this file has the short code ${code}.`;
      return { index, code: "code_taken", title: "The short code is taken", field: "short_code", detail };
    }
    this.seen.add(key);
    return null;
  }

  private count(rows: number): void {
    this.sent += rows;
    this.tell({ done: this.sent + this.refusedHere, failed: this.failures.length });
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
