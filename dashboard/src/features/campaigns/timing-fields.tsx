"use client";

/** The fields of when, how fast, and at which hours not. */
import { browserZone } from "@/features/analytics/wall-clock";
import { Checkbox, SelectField, TextField } from "@/ui/field";
import { formatMoment } from "@/ui/numbers";
import { Segmented } from "@/ui/segmented";
import { instantOf, isRate, MAX_RATE, type Timing } from "./timing";

type Props = {
  timing: Timing;
  change: (patch: Partial<Timing>) => void;
  /** What was said against a field besides. */
  errors?: Record<string, string>;
};

export function BeginFields({ timing, change, errors }: Props) {
  const instant = instantOf(timing.at, timing.zone);
  const isPast = instant !== null && instant <= new Date();
  return (
    <div className="grid gap-4">
      <div>
        <Segmented
          label="When it begins"
          value={timing.when}
          options={[
            { value: "now", label: "At once" },
            { value: "later", label: "At a time" },
          ]}
          onChange={(when) => change({ when })}
        />
      </div>
      {timing.when === "later" && (
        <div className="flex flex-wrap items-start gap-4">
          <TextField
            type="datetime-local"
            label="Day and time"
            value={timing.at}
            onChange={(event) => change({ at: event.currentTarget.value })}
            className="grow basis-56"
            error={isPast ? "This time has passed." : (errors?.at ?? null)}
            hint={
              instant && !isPast && timing.zone !== browserZone() ? `${formatMoment(instant)} where you are` : undefined
            }
          />
          <ZoneField timing={timing} change={change} label="Time zone" />
        </div>
      )}
    </div>
  );
}

/** `hasZone`: the time zone is asked for here, unless it stands with the beginning. */
export function QuietFields({
  timing,
  change,
  errors,
  hasZone = timing.when === "now",
}: Props & { hasZone?: boolean }) {
  return (
    <div className="grid gap-4">
      <Checkbox
        label="Nobody is written to at night"
        hint="What falls into these hours is sent when they are over."
        checked={timing.isQuiet}
        onChange={(event) => change({ isQuiet: event.currentTarget.checked })}
      />
      {timing.isQuiet && (
        <div className="flex flex-wrap items-start gap-4">
          <TextField
            type="time"
            label="From"
            value={timing.quietFrom}
            onChange={(event) => change({ quietFrom: event.currentTarget.value })}
            className="grow basis-30 sm:max-w-36"
          />
          <TextField
            type="time"
            label="Until"
            value={timing.quietUntil}
            onChange={(event) => change({ quietUntil: event.currentTarget.value })}
            error={timing.quietFrom === timing.quietUntil ? "The same as the beginning." : (errors?.quietUntil ?? null)}
            className="grow basis-30 sm:max-w-36"
          />
          {hasZone && <ZoneField timing={timing} change={change} label="For businesses without a zone" />}
        </div>
      )}
    </div>
  );
}

export function PaceField({ timing, change, hint }: Props & { hint?: string }) {
  return (
    <TextField
      type="number"
      inputMode="numeric"
      label="Messages a second, at most"
      min={1}
      max={MAX_RATE}
      value={timing.rate}
      onChange={(event) => change({ rate: event.currentTarget.value })}
      error={isRate(timing.rate) ? null : `A whole number from 1 to ${MAX_RATE}.`}
      hint={hint ?? "As many as your provider allows."}
      className="sm:max-w-72"
    />
  );
}

function ZoneField({ timing, change, label }: Props & { label: string }) {
  return (
    <SelectField
      label={label}
      value={timing.zone}
      onChange={(event) => change({ zone: event.currentTarget.value })}
      className="grow basis-56"
    >
      {[...new Set([timing.zone, browserZone(), "UTC", ...Intl.supportedValuesOf("timeZone")])].map((zone) => (
        <option key={zone} value={zone}>
          {zone.replaceAll("_", " ")}
        </option>
      ))}
    </SelectField>
  );
}
