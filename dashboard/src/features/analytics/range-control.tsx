"use client";

import { CalendarDays } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Button } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import { language } from "@/ui/numbers";
import { Popover } from "@/ui/popover";
import { Segmented } from "@/ui/segmented";
import { PRESETS, type Preset, type Range, readCustom } from "./ranges";
import type { Asking } from "./use-question";
import { addDays, isDate, wallDate } from "./wall-clock";

const CUSTOM = "custom";

/** When: one of the usual ranges, or two dates. */
export function RangeControl({ asking: { question, ask } }: { asking: Asking }) {
  const { range, zone } = question;
  const preset = typeof range === "string" ? range : CUSTOM;
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-2">
      <div className="hidden md:block">
        <Segmented<Preset | typeof CUSTOM>
          label="Range"
          value={preset}
          options={PRESETS}
          onChange={(chosen) => chosen !== CUSTOM && ask({ range: chosen })}
        />
      </div>
      <SelectField
        label="Range"
        isLabelHidden
        className="w-36 md:hidden"
        value={preset}
        onChange={(event) => ask({ range: event.target.value as Preset })}
      >
        {preset === CUSTOM && <option value={CUSTOM}>Other dates</option>}
        {PRESETS.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </SelectField>
      <Dates key={JSON.stringify(range)} range={range} zone={zone} onChange={(dates) => ask({ range: dates })} />
    </div>
  );
}

function Dates({ range, zone, onChange }: { range: Range; zone: string; onChange: (range: Range) => void }) {
  const [isOpen, setOpen] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const today = wallDate(new Date(), zone);
  const shown = datesOf(range, zone, today);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    const dates = readCustom(String(typed.get("from")), String(typed.get("to")));
    if (!dates) {
      setError("The first day must come before the last.");
      return;
    }
    setOpen(false);
    onChange(dates);
  };
  return (
    <Popover
      label="Choose dates"
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <Button icon={CalendarDays} className={typeof range === "object" ? "font-semibold" : "text-quiet"}>
          {typeof range === "object" ? labelOf(range, zone) : "Dates"}
        </Button>
      }
    >
      <form onSubmit={submit} className="grid gap-3">
        <div className="grid grid-cols-2 gap-3">
          <TextField name="from" type="date" label="First day" defaultValue={shown.from} max={today} required />
          <TextField name="to" type="date" label="Last day" defaultValue={shown.to} max={today} required />
        </div>
        {error && (
          <p role="alert" className="text-xs font-medium text-bad">
            {error}
          </p>
        )}
        <Button look="primary" type="submit">
          Show these days
        </Button>
      </form>
    </Popover>
  );
}

function datesOf(range: Range, zone: string, today: string): { from: string; to: string } {
  if (typeof range === "string") return { from: addDays(today, -6), to: today };
  if (isDate(range.from)) return range;
  return { from: wallDate(new Date(range.from), zone), to: wallDate(new Date(range.to), zone) };
}

/** "Nov 3 – 9" for days, with the hours for a part of a day. */
function labelOf(range: Exclude<Range, Preset>, zone: string): string {
  const isDays = isDate(range.from);
  const format = new Intl.DateTimeFormat(language, {
    day: "numeric",
    month: "short",
    ...(isDays ? {} : { hour: "2-digit", minute: "2-digit" }),
    timeZone: isDays ? "UTC" : zone,
  });
  return format.formatRange(new Date(range.from), new Date(range.to));
}
