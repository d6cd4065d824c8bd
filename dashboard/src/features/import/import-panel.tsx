"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Panel } from "@/ui/panel";
import { ChooseFile } from "./choose-file";
import type { ImportJob } from "./job";
import { MappingStep } from "./mapping-step";
import { Checking, Importing, Reading } from "./progress";
import { Checked, Done } from "./report";
import { ImportContext, useImport, useJob } from "./use-job";

const STEPS = ["File", "Columns", "Check", "Import"] as const;
const AT = { choosing: 0, reading: 0, mapping: 1, checking: 2, checked: 2, importing: 3, done: 3 } as const;

/** From a file to what it lists, in four steps: choose it, say what is in its columns, look what would fail, make them. */
export function ImportPanel({ job }: { job: ImportJob }) {
  return (
    <ImportContext value={job}>
      <Import />
    </ImportContext>
  );
}

function Import() {
  const { title, lead } = useImport().kind.words;
  const { stage } = useJob();
  const client = useQueryClient();
  const isDone = stage.name === "done";
  useEffect(() => {
    if (isDone) void client.invalidateQueries();
  }, [isDone, client]);
  return (
    <Panel title={title} lead={lead}>
      <Steps at={AT[stage.name]} />
      <Step />
    </Panel>
  );
}

function Step() {
  const job = useJob();
  const { stage } = job;
  if (stage.name === "choosing") return <ChooseFile error={stage.error} />;
  if (stage.name === "reading") return <Reading stage={stage} />;
  if (!job.table) return null;
  if (stage.name === "mapping") return <MappingStep table={job.table} job={job} error={stage.error} />;
  if (stage.name === "checking") return <Checking progress={stage.progress} />;
  if (stage.name === "importing") return <Importing progress={stage.progress} />;
  if (stage.name === "checked") return <Checked table={job.table} stage={stage} />;
  return <Done table={job.table} stage={stage} />;
}

function Steps({ at }: { at: number }) {
  return (
    <ol className="mb-5 grid grid-cols-4 gap-2 text-sm">
      {STEPS.map((label, index) => (
        <li
          key={label}
          aria-current={index === at ? "step" : undefined}
          className={
            index === at
              ? "border-t-2 border-accent pt-1.5 font-semibold text-accent-ink"
              : `border-t-2 pt-1.5 text-quiet ${index < at ? "border-edge" : "border-line"}`
          }
        >
          {label}
        </li>
      ))}
    </ol>
  );
}
