"use client";

import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { api, take } from "@/api/client";
import { sentence } from "@/api/errors";
import { Button, ButtonLink } from "@/ui/button";
import { formatCount, formatDate } from "@/ui/numbers";
import { Notice } from "@/ui/panel";
import { WORKSPACE_KEY } from "../../query-keys";
import { saveText } from "../../save-file";
import { type Failure, groupByReason, writeFailures } from "./failures";
import { backToMapping, importRows, type Stage, startOver, type Table } from "./job";

/** What would happen; the last look before links are made. */
export function Checked({ table, stage }: { table: Table; stage: Extract<Stage, { name: "checked" }> }) {
  const { good, failures } = stage;
  return (
    <div className="grid gap-5">
      <Sum>
        <span className="figures text-ink">{formatCount(good)}</span> {good === 1 ? "link" : "links"} would be made
        {failures.length ? (
          <>
            , <span className="figures text-bad">{formatCount(failures.length)}</span>{" "}
            {failures.length === 1 ? "row" : "rows"} would fail.
          </>
        ) : (
          ". Nothing would fail."
        )}
      </Sum>
      <PlanLimit wanted={good} />
      <Reasons table={table} failures={failures} />
      <div className="flex flex-wrap justify-between gap-2.5">
        <Button look="ghost" onClick={backToMapping}>
          Back to the columns
        </Button>
        <Button look="primary" disabled={good === 0} onClick={() => void importRows()}>
          Make {formatCount(good)} {good === 1 ? "link" : "links"}
        </Button>
      </div>
    </div>
  );
}

export function Done({ table, stage }: { table: Table; stage: Extract<Stage, { name: "done" }> }) {
  const { made, failures, error, isCancelled, seconds } = stage;
  return (
    <div className="grid gap-5">
      <Sum>
        <span className="figures text-ink">{formatCount(made)}</span> {made === 1 ? "link was" : "links were"} made in{" "}
        <span className="figures">{formatCount(Math.max(1, Math.round(seconds)))}</span> s
        {failures.length ? (
          <>
            , <span className="figures text-bad">{formatCount(failures.length)}</span>{" "}
            {failures.length === 1 ? "row" : "rows"} failed.
          </>
        ) : (
          "."
        )}
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
        <ButtonLink look="primary" href="/">
          Look at the links
        </ButtonLink>
        <Button onClick={startOver}>Import another file</Button>
      </div>
    </div>
  );
}

function Sum({ children }: { children: React.ReactNode }) {
  return (
    <p role="status" className="text-lg text-quiet">
      {children}
    </p>
  );
}

/** Each call is checked by itself, so the sum against the plan is done here. */
function PlanLimit({ wanted }: { wanted: number }) {
  const { data } = useQuery({
    queryKey: WORKSPACE_KEY,
    queryFn: ({ signal }) => take(api.GET("/v1/workspace", { signal })),
  });
  if (!data || data.limits.links_per_month === null) return null;
  const left = Math.max(0, data.limits.links_per_month - data.usage.links);
  if (wanted <= left) return null;
  return (
    <Notice tone="warn" title={`The plan allows ${formatCount(left)} more links this month`}>
      The other {formatCount(wanted - left)} would be refused. It begins anew on {formatDate(data.usage.resets_at)}.
    </Notice>
  );
}

function Reasons({ table, failures }: { table: Table; failures: readonly Failure[] }) {
  if (!failures.length) return null;
  const header = table.hasHeader ? (table.rows[0] ?? []) : table.rows[0]?.map((_, index) => `column ${index + 1}`);
  const save = () => {
    const name = `${table.fileName.replace(/\.[^.]*$/, "")}-failed.csv`;
    saveText(name, writeFailures(header ?? [], table.rows, failures, 1));
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
