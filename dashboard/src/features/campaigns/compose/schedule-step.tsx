"use client";

/** When, how fast, and at which hours not. */
import { Panel } from "@/ui/panel";
import { isRate } from "../timing";
import { BeginFields, PaceField, QuietFields } from "../timing-fields";
import type { Draft } from "./draft";
import { EstimatePanel, useEstimate } from "./estimate";
import { lasting } from "./lasting";
import type { Change } from "./use-draft";

export function ScheduleStep({ draft, change }: { draft: Draft; change: Change }) {
  const ready = useEstimate(draft).data?.ready;
  const hint =
    ready && isRate(draft.rate)
      ? `All of them take ${lasting(ready / Number(draft.rate))}, quiet hours apart.`
      : undefined;
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_21rem]">
      <div className="grid gap-6">
        <Panel title="When it begins">
          <BeginFields timing={draft} change={change} />
        </Panel>
        <Panel title="Quiet hours" lead="By the clock of each business, where its time zone is known.">
          <QuietFields timing={draft} change={change} />
        </Panel>
        <Panel title="Pace">
          <PaceField timing={draft} change={change} hint={hint} />
        </Panel>
      </div>
      <div className="lg:sticky lg:top-6">
        <EstimatePanel draft={draft} />
      </div>
    </div>
  );
}
