"use client";

import { ZoomOut } from "lucide-react";
import { useState } from "react";
import { TimeChart } from "@/charts/time-chart";
import { Button } from "@/ui/button";
import { Panel } from "@/ui/panel";
import { Segmented } from "@/ui/segmented";
import { describeRange, describeSeries } from "./describe";
import { IntervalControl } from "./interval-control";
import { rangeOfBuckets } from "./ranges";
import { SeriesTable } from "./series-table";
import { Totals } from "./totals";
import type { Answer } from "./use-analytics";
import type { Asking } from "./use-question";

export type Form = "chart" | "table";
export const FORMS: readonly { value: Form; label: string }[] = [
  { value: "chart", label: "Chart" },
  { value: "table", label: "Table" },
];

/** Clicks and visitors over time, and what they add up to. */
export function SeriesPanel({
  asking,
  answer,
  before,
}: {
  asking: Asking;
  answer: Answer;
  before: Answer | undefined;
}) {
  const { question, zoom, zoomOut } = asking;
  const [form, setForm] = useState<Form>("chart");
  const sentence = describeSeries(answer, before, describeRange(question.range, answer));
  return (
    <Panel>
      <h2 className="sr-only">Clicks and visitors over time</h2>
      <div className="mb-4 flex flex-wrap items-start justify-between gap-x-6 gap-y-4">
        <Totals answer={answer} before={before} bots={question.bots} />
        <div className="flex flex-wrap items-center gap-2">
          {zoomOut && (
            <Button size="sm" icon={ZoomOut} onClick={zoomOut}>
              Zoom out
            </Button>
          )}
          <IntervalControl asking={asking} />
          <Segmented label="Show as" value={form} options={FORMS} onChange={setForm} />
        </div>
      </div>
      {form === "chart" ? (
        <TimeChart
          points={answer.series}
          before={before?.series ?? null}
          interval={answer.interval}
          zone={answer.timezone}
          label="Clicks over time"
          onChoose={({ first, last }) => {
            const starts = answer.series.map(({ start }) => start);
            zoom(rangeOfBuckets(starts, answer.to, first, last));
          }}
        />
      ) : (
        <SeriesTable answer={answer} before={before} name="Clicks and visitors over time" />
      )}
      <p className="mt-3 text-sm text-quiet">{sentence}</p>
    </Panel>
  );
}
