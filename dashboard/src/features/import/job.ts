/**
 * The import of one kind that is under way. It belongs to the browser's tab, not to a page of it: whoever looks at something else
 * meanwhile finds it where it is.
 */
import type { Failure } from "./failures";
import type { Kind, Mapping, Options } from "./kind";
import { readFile } from "./read-file";
import { type Progress, type Result, Run } from "./run";

export type Table = {
  fileName: string;
  rows: string[][];
  hasHeader: boolean;
  source: string | null;
};

export type Stage =
  | { name: "choosing"; error: unknown }
  | { name: "reading"; fileName: string; rows: number; part: number }
  | { name: "mapping"; error: unknown }
  | { name: "checking"; progress: Progress }
  | { name: "checked"; good: number; kept: number; failures: readonly Failure[] }
  | { name: "importing"; progress: Progress }
  | { name: "done"; result: Result; seconds: number };

export type Job = {
  stage: Stage;
  table: Table | null;
  mapping: Mapping;
  options: Options;
};

const SAMPLE = 50;

export class ImportJob<T = unknown> {
  private job: Job;
  private run: Run<T> | null = null;
  private reading: AbortController | null = null;
  private readonly listeners = new Set<() => void>();

  constructor(readonly kind: Kind<T>) {
    this.job = this.empty(null);
  }

  readonly read = (): Job => this.job;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  async chooseFile(file: File): Promise<void> {
    this.reading?.abort();
    const mine = new AbortController();
    this.reading = mine;
    const tell = (rows: number, bytes: number) => {
      if (this.reading !== mine) return;
      this.change({ stage: { name: "reading", fileName: file.name, rows, part: bytes / Math.max(file.size, 1) } });
    };
    this.change(this.empty(null));
    tell(0, 0);
    try {
      const rows = await readFile(file, tell, mine.signal);
      if (!rows.length) throw new Error("The file is empty.");
      const { hasHeader, source, mapping } = this.kind.guess(rows.slice(0, SAMPLE));
      const table = { fileName: file.name, rows, hasHeader, source };
      this.change({ table, mapping, stage: { name: "mapping", error: null } });
    } catch (error) {
      if (this.reading === mine) this.change(this.empty(mine.signal.aborted ? null : error));
    }
  }

  setMapping(mapping: Mapping): void {
    this.change({ mapping });
  }

  setOption(name: string, value: string): void {
    this.change({ options: { ...this.job.options, [name]: value } });
  }

  setHasHeader(hasHeader: boolean): void {
    if (this.job.table) this.change({ table: { ...this.job.table, hasHeader } });
  }

  backToMapping(): void {
    this.change({ stage: { name: "mapping", error: null } });
  }

  startOver(): void {
    this.reading?.abort();
    this.run?.cancel();
    this.run = null;
    this.change(this.empty(null));
  }

  cancel(): void {
    if (this.job.stage.name === "reading") this.startOver();
    else this.run?.cancel();
  }

  pause(): void {
    this.run?.pause();
  }

  goOn(): void {
    this.run?.goOn();
  }

  /** Ask the API what would become of each row; nothing is made. */
  async check(): Promise<void> {
    const mine = this.begin(true, new Set());
    if (!mine) return;
    const { error, isCancelled, ...checked } = await mine.start();
    if (this.run !== mine) return;
    if (error || isCancelled) this.change({ stage: { name: "mapping", error } });
    else this.change({ stage: { name: "checked", ...checked } });
  }

  /** Make what the rows say that passed the check. */
  async importRows(): Promise<void> {
    if (this.job.stage.name !== "checked") return;
    const refused = this.job.stage.failures;
    const startedAt = performance.now();
    const mine = this.begin(false, new Set(refused.map(({ index }) => index)));
    if (!mine) return;
    const result = await mine.start();
    if (this.run !== mine) return;
    const seconds = (performance.now() - startedAt) / 1000;
    this.change({
      stage: { name: "done", result: { ...result, failures: [...refused, ...result.failures] }, seconds },
    });
  }

  private begin(isDryRun: boolean, without: ReadonlySet<number>): Run<T> | null {
    const { table, mapping, options } = this.job;
    if (!table) return null;
    const name = isDryRun ? "checking" : "importing";
    this.run = new Run(this.kind, {
      rows: table.rows,
      first: table.hasHeader ? 1 : 0,
      header: table.hasHeader ? (table.rows[0] ?? []) : [],
      without,
      mapping,
      options,
      isDryRun,
      onProgress: (progress) => this.change({ stage: { name, progress } }),
    });
    return this.run;
  }

  private empty(error: unknown): Job {
    return { stage: { name: "choosing", error }, table: null, mapping: {}, options: this.kind.options };
  }

  private change(patch: Partial<Job>): void {
    this.job = { ...this.job, ...patch };
    // The browser asks before the tab is closed for as long as rows are being sent, whatever page is shown.
    if (this.job.stage.name === "importing") window.addEventListener("beforeunload", askFirst);
    else window.removeEventListener("beforeunload", askFirst);
    for (const listener of this.listeners) listener();
  }
}

const askFirst = (event: BeforeUnloadEvent): void => event.preventDefault();
