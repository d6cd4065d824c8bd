/**
 * The import that is under way. It belongs to the browser's tab, not to a page of it: whoever looks at something else
 * meanwhile finds it where it is.
 */
import { guess } from "./columns";
import type { Failure } from "./failures";
import type { Mapping } from "./fields";
import { readFile } from "./read-file";
import { type Progress, Run } from "./run";

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
  | { name: "checked"; good: number; failures: readonly Failure[] }
  | { name: "importing"; progress: Progress }
  | { name: "done"; made: number; failures: readonly Failure[]; error: unknown; isCancelled: boolean; seconds: number };

export type Job = {
  stage: Stage;
  table: Table | null;
  mapping: Mapping;
  /** As typed: words between commas. */
  extraTags: string;
};

const SAMPLE = 50;
const EMPTY: Job = { stage: { name: "choosing", error: null }, table: null, mapping: {}, extraTags: "" };

let job = EMPTY;
let run: Run | null = null;
let reading: AbortController | null = null;
const listeners = new Set<() => void>();

export const readJob = (): Job => job;

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function change(patch: Partial<Job>): void {
  job = { ...job, ...patch };
  // The browser asks before the tab is closed for as long as links are being made, whatever page is shown.
  if (job.stage.name === "importing") window.addEventListener("beforeunload", askFirst);
  else window.removeEventListener("beforeunload", askFirst);
  for (const listener of listeners) listener();
}

const askFirst = (event: BeforeUnloadEvent): void => event.preventDefault();

export async function chooseFile(file: File): Promise<void> {
  reading?.abort();
  const mine = new AbortController();
  reading = mine;
  change({ ...EMPTY, stage: { name: "reading", fileName: file.name, rows: 0, part: 0 } });
  try {
    const rows = await readFile(
      file,
      (count, bytes) => {
        if (reading !== mine) return;
        change({ stage: { name: "reading", fileName: file.name, rows: count, part: bytes / Math.max(file.size, 1) } });
      },
      mine.signal,
    );
    if (!rows.length) throw new Error("The file is empty.");
    const { hasHeader, source, mapping } = guess(rows.slice(0, SAMPLE));
    change({
      table: { fileName: file.name, rows, hasHeader, source },
      mapping,
      stage: { name: "mapping", error: null },
    });
  } catch (error) {
    if (reading === mine) change({ ...EMPTY, stage: { name: "choosing", error: mine.signal.aborted ? null : error } });
  }
}

export const setMapping = (mapping: Mapping): void => change({ mapping });
export const setExtraTags = (extraTags: string): void => change({ extraTags });

export function setHasHeader(hasHeader: boolean): void {
  if (job.table) change({ table: { ...job.table, hasHeader } });
}

export const backToMapping = (): void => change({ stage: { name: "mapping", error: null } });

export function startOver(): void {
  reading?.abort();
  run?.cancel();
  run = null;
  change(EMPTY);
}

export const cancel = (): void => (job.stage.name === "reading" ? startOver() : run?.cancel());
export const pause = (): void => run?.pause();
export const goOn = (): void => run?.goOn();

/** Ask the API what would become of each row; nothing is made. */
export async function check(): Promise<void> {
  const mine = begin(true, new Set());
  if (!mine) return;
  const { error, isCancelled, failures, good } = await mine.start();
  if (run !== mine) return;
  if (error || isCancelled) change({ stage: { name: "mapping", error } });
  else change({ stage: { name: "checked", good, failures } });
}

/** Make the links of the rows that passed the check. */
export async function importRows(): Promise<void> {
  if (job.stage.name !== "checked") return;
  const refused = job.stage.failures;
  const startedAt = performance.now();
  const mine = begin(false, new Set(refused.map(({ index }) => index)));
  if (!mine) return;
  const { error, isCancelled, failures, good } = await mine.start();
  if (run !== mine) return;
  const seconds = (performance.now() - startedAt) / 1000;
  change({ stage: { name: "done", made: good, failures: [...refused, ...failures], error, isCancelled, seconds } });
}

function begin(isDryRun: boolean, without: ReadonlySet<number>): Run | null {
  const { table, mapping, extraTags } = job;
  if (!table) return null;
  const tags = extraTags.split(",").map((tag) => tag.trim());
  const name = isDryRun ? "checking" : "importing";
  run = new Run({
    rows: table.rows,
    first: table.hasHeader ? 1 : 0,
    header: table.hasHeader ? (table.rows[0] ?? []) : [],
    without,
    mapping,
    extraTags: tags.filter(Boolean),
    isDryRun,
    onProgress: (progress) => change({ stage: { name, progress } }),
  });
  return run;
}
