"use client";

import { SelectField, Switch } from "@/ui/field";
import type { Bots } from "./question";
import { RangeControl } from "./range-control";
import type { Asking } from "./use-question";
import { ZoneControl } from "./zone-control";

const BOTS: readonly { value: Bots; label: string }[] = [
  { value: "out", label: "Without bots" },
  { value: "in", label: "With bots" },
  { value: "only", label: "Bots alone" },
];

/** What holds for all views: when, in which time zone, of whom, and compared with what. */
export function ControlBar({ asking }: { asking: Asking }) {
  const { question, ask } = asking;
  return (
    <section aria-label="What is shown" className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <RangeControl asking={asking} />
      <div className="flex min-w-0 grow flex-wrap items-center gap-x-3 gap-y-2 xl:justify-end">
        <ZoneControl zone={question.zone} onChange={(zone) => ask({ zone })} />
        <SelectField
          label="Bots"
          isLabelHidden
          className="w-40"
          inputClassName="text-sm!"
          value={question.bots}
          onChange={(event) => ask({ bots: event.target.value as Bots })}
        >
          {BOTS.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
        <Switch label="Compare with before" isOn={question.isCompared} onChange={(isCompared) => ask({ isCompared })} />
      </div>
    </section>
  );
}
