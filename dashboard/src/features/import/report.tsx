"use client";

import { Download } from "lucide-react";
import { sentence } from "@/api/errors";
import { Button, ButtonLink } from "@/ui/button";
import { formatCount } from "@/ui/numbers";
import { Notice } from "@/ui/panel";
import { saveFile } from "@/ui/save-file";
import { type Failure, groupByReason, writeFailures } from "./failures";
import type { Stage, Table } from "./job";
import type { Words } from "./kind";
import { useImport } from "./use-job";

/** What would happen; the last look before anything is made. */
export function Checked({ table, stage }: { table: Table; stage: Extract<Stage, { name: "checked" }> }) {
  const { good, kept, failures } = stage;
  const job = useImport();
  const { words, Limit } = job.kind;
  return (
    <div className="grid gap-5">
      <Sum>
        <span className="figures text-ink">{formatCount(good)}</span> {nameOf(words, good)} would be made
        {failures.length ? (
          <>
            , <Failing count={failures.length} /> would fail.
          </>
        ) : (
          ". Nothing would fail."
        )}
        <Kept count={kept} words={words} />
      </Sum>
      {Limit && <Limit wanted={good} />}
      <Reasons table={table} failures={failures} />
      <div className="flex flex-wrap justify-between gap-2.5">
        <Button look="ghost" onClick={() => job.backToMapping()}>
          Back to the columns
        </Button>
        <Button look="primary" disabled={good === 0} onClick={() => void job.importRows()}>
          {words.make} {formatCount(good)} {nameOf(words, good)}
        </Button>
      </div>
    </div>
  );
}

export function Done({ table, stage }: { table: Table; stage: Extract<Stage, { name: "done" }> }) {
  const { result, seconds } = stage;
  const { good, kept, failures, error, isCancelled } = result;
  const job = useImport();
  const { words } = job.kind;
  return (
    <div className="grid gap-5">
      <Sum>
        <span className="figures text-ink">{formatCount(good)}</span> {nameOf(words, good)}{" "}
        {good === 1 ? "was" : "were"} made in{" "}
        <span className="figures">{formatCount(Math.max(1, Math.round(seconds)))}</span> s
        {failures.length ? (
          <>
            , <Failing count={failures.length} /> failed.
          </>
        ) : (
          "."
        )}
        <Kept count={kept} words={words} />
      </Sum>
      {isCancelled && (
        <Notice tone="warn">It was stopped: the rows after that were not sent. What was made stays.</Notice>
      )}
      {error ? (
        <Notice tone="bad" title="It ended early">
          {sentence(error)} What was made stays.
        </Notice>
      ) : null}
      <Reasons table={table} failures={failures} />
      <div className="flex flex-wrap gap-2.5">
        <ButtonLink look="primary" href={words.look.href}>
          {words.look.label}
        </ButtonLink>
        <Button onClick={() => job.startOver()}>Import another file</Button>
      </div>
    </div>
  );
}

const nameOf = (words: Words, count: number): string => (count === 1 ? words.one : words.many);

const Failing = ({ count }: { count: number }) => (
  <>
    <span className="figures text-bad">{formatCount(count)}</span> {count === 1 ? "row" : "rows"}
  </>
);

function Kept({ count, words }: { count: number; words: Words }) {
  if (!count) return null;
  return (
    <>
      {" "}
      <span className="figures">{formatCount(count)}</span> {words.kept}.
    </>
  );
}

function Sum({ children }: { children: React.ReactNode }) {
  return (
    <p role="status" className="text-lg text-quiet">
      {children}
    </p>
  );
}

function Reasons({ table, failures }: { table: Table; failures: readonly Failure[] }) {
  if (!failures.length) return null;
  const header = table.hasHeader ? (table.rows[0] ?? []) : table.rows[0]?.map((_, index) => `column ${index + 1}`);
  const save = () => {
    const name = `${table.fileName.replace(/\.[^.]*$/, "")}-failed.csv`;
    saveFile(name, writeFailures(header ?? [], table.rows, failures, 1));
  };
  return (
    <section aria-label="What fails" className="grid gap-3">
      <ul className="grid divide-y divide-line rounded-md border border-line">
        {groupByReason(failures).map(({ key, label, example, count, firstIndex }) => (
          <li key={key} className="flex items-start justify-between gap-4 px-3 py-2.5">
            <div className="min-w-0">
              <p className="font-medium">{label}</p>
              <p className="text-sm text-quiet wrap-anywhere">
                Row {formatCount(firstIndex + 1)}: {example}
              </p>
            </div>
            <span className="figures">{formatCount(count)}</span>
          </li>
        ))}
      </ul>
      <div>
        <Button icon={Download} onClick={save}>
          Download the {failures.length === 1 ? "row that fails" : "rows that fail"}
        </Button>
      </div>
    </section>
  );
}
