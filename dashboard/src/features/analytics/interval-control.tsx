"use client";

import { SelectField } from "@/ui/field";
import { defaultInterval, INTERVALS, type Interval, intervalsFor } from "./ranges";
import type { Asking } from "./use-question";

/** How long a point of the chart is. */
export function IntervalControl({ asking: { question, ask } }: { asking: Asking }) {
  const { range, interval } = question;
  const possible = intervalsFor(range);
  const usual = defaultInterval(range);
  return (
    <SelectField
      label="Interval"
      isLabelHidden
      className="w-32"
      inputClassName="text-sm!"
      value={interval ?? usual}
      onChange={(event) => {
        const chosen = event.target.value as Interval;
        ask({ interval: chosen === usual ? null : chosen });
      }}
    >
      {INTERVALS.filter(({ value }) => possible.includes(value) || value === usual).map(({ value, label }) => (
        <option key={value} value={value}>
          By {label.toLowerCase()}
        </option>
      ))}
    </SelectField>
  );
}
