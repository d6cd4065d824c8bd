"use client";

/** How many will get the message, who will not and why, and what it may cost. Counting writes nothing. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { classes } from "@/ui/classes";
import { formatCount } from "@/ui/numbers";
import { Notice, Panel } from "@/ui/panel";
import { Failed, Skeleton, Waiting } from "@/ui/states";
import { useSettled } from "@/ui/use-settled";
import { formatMoney } from "../money";
import type { Estimate } from "../types";
import { estimateQuery } from "../wire";
import { plural, SKIP_WORDS, skipsOf } from "../words";
import { type Draft, questionOf } from "./draft";

const TYPING_MS = 250;

/** Return who would get it; nothing is asked while nobody is chosen. */
export function useEstimate(draft: Draft) {
  const asked = useSettled(JSON.stringify(questionOf(draft)), TYPING_MS);
  const isSomebody = draft.kind !== "chosen" || draft.chosen.length > 0;
  return useQuery({ ...estimateQuery(JSON.parse(asked)), placeholderData: keepPreviousData, enabled: isSomebody });
}

export function EstimatePanel({ draft }: { draft: Draft }) {
  const estimate = useEstimate(draft);
  if (draft.kind === "chosen" && !draft.chosen.length) {
    return (
      <Panel title="Who gets it">
        <p className="text-quiet">Choose businesses, and this counts who of them can be written to.</p>
      </Panel>
    );
  }
  return (
    <Panel title="Who gets it">
      {estimate.data ? (
        <Told estimate={estimate.data} isStale={estimate.isPlaceholderData} />
      ) : estimate.error ? (
        <Failed error={estimate.error} onRetry={() => void estimate.refetch()} />
      ) : (
        <Waiting label="Counting" className="grid gap-3">
          <Skeleton className="h-10 w-32" />
          <Skeleton className="h-4 w-full" />
          <Skeleton className="h-4 w-2/3" />
          <Skeleton className="h-12 w-full" />
        </Waiting>
      )}
    </Panel>
  );
}

function Told({ estimate, isStale }: { estimate: Estimate; isStale: boolean }) {
  const { ready, businesses, skipped } = estimate;
  const skips = skipsOf(skipped);
  return (
    <div aria-busy={isStale} className="grid gap-4">
      <p role="status" className="grid gap-0.5">
        <span className={classes("figures text-3xl", ready ? "text-accent-ink" : "text-quiet")}>
          {formatCount(ready)}
        </span>
        <span className="text-quiet">
          {plural(ready, "business gets", "businesses get")} the message, of {formatCount(businesses)} in this audience
        </span>
      </p>
      {skips.length > 0 && (
        <dl className="grid gap-1 text-sm">
          {skips.map(({ reason, count }) => (
            <div key={reason} className="flex items-baseline gap-2">
              <dd className="figures order-first min-w-10 text-right">{formatCount(count)}</dd>
              <dt className="text-quiet">
                {SKIP_WORDS[reason].label}
                {SKIP_WORDS[reason].href && (
                  <>
                    {", "}
                    <Link href={SKIP_WORDS[reason].href} className="text-accent-ink underline">
                      look
                    </Link>
                  </>
                )}
              </dt>
            </div>
          ))}
        </dl>
      )}
      {ready > 0 ? (
        <dl className="grid grid-cols-2 gap-4 border-t border-line pt-3">
          <div>
            <dt className="text-sm text-quiet">SMS segments, about</dt>
            <dd className="figures text-lg">{formatCount(estimate.segments_estimate)}</dd>
          </div>
          <div>
            <dt className="text-sm text-quiet">Cost, about</dt>
            <dd className="figures text-lg">{formatMoney(estimate.cost_micros_estimate, estimate.currency)}</dd>
          </div>
        </dl>
      ) : (
        <Notice tone="warn">
          Nobody here can be written to yet. A business needs a phone number and a site that is finished and published.
        </Notice>
      )}
    </div>
  );
}
