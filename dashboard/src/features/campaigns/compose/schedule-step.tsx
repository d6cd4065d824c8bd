"use client";

/** When, how fast, and at which hours not. */
import { browserZone } from "@/features/analytics/wall-clock";
import { Checkbox, SelectField, TextField } from "@/ui/field";
import { formatMoment } from "@/ui/numbers";
import { Panel } from "@/ui/panel";
import { Segmented } from "@/ui/segmented";
import { type Draft, instantOf, isRate, MAX_RATE } from "./draft";
import { EstimatePanel, useEstimate } from "./estimate";
import { lasting } from "./lasting";
import type { Change } from "./use-draft";

export function ScheduleStep({ draft, change }: { draft: Draft; change: Change }) {
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_21rem]">
      <div className="grid gap-6">
        <Panel title="When it begins">
          <Begin draft={draft} change={change} />
        </Panel>
        <Panel title="Quiet hours" lead="By the clock of each business, where its time zone is known.">
          <Quiet draft={draft} change={change} />
        </Panel>
        <Panel title="Pace">
          <Pace draft={draft} change={change} />
        </Panel>
      </div>
      <div className="lg:sticky lg:top-6">
        <EstimatePanel draft={draft} />
      </div>
    </div>
  );
}

type Props = { draft: Draft; change: Change };

function Begin({ draft, change }: Props) {
  const instant = instantOf(draft.at, draft.zone);
  const isPast = instant !== null && instant <= new Date();
  return (
    <div className="grid gap-4">
      <div>
        <Segmented
          label="When it begins"
          value={draft.when}
          options={[
            { value: "now", label: "At once" },
            { value: "later", label: "At a time" },
          ]}
          onChange={(when) => change({ when })}
        />
      </div>
      {draft.when === "later" && (
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <TextField
            type="datetime-local"
            label="Day and time"
            value={draft.at}
            onChange={(event) => change({ at: event.currentTarget.value })}
            error={isPast ? "This time has passed." : null}
            hint={
              instant && !isPast && draft.zone !== browserZone() ? `${formatMoment(instant)} where you are` : undefined
            }
          />
          <ZoneField draft={draft} change={change} label="Time zone" />
        </div>
      )}
    </div>
  );
}

function Quiet({ draft, change }: Props) {
  return (
    <div className="grid gap-4">
      <Checkbox
        label="Nobody is written to at night"
        hint="What falls into these hours is sent when they are over."
        checked={draft.isQuiet}
        onChange={(event) => change({ isQuiet: event.currentTarget.checked })}
      />
      {draft.isQuiet && (
        <div className="grid items-start gap-4 sm:grid-cols-[9rem_9rem_minmax(0,1fr)]">
          <TextField
            type="time"
            label="From"
            value={draft.quietFrom}
            onChange={(event) => change({ quietFrom: event.currentTarget.value })}
          />
          <TextField
            type="time"
            label="Until"
            value={draft.quietUntil}
            onChange={(event) => change({ quietUntil: event.currentTarget.value })}
            error={draft.quietFrom === draft.quietUntil ? "The same as the beginning." : null}
          />
          {draft.when === "now" && <ZoneField draft={draft} change={change} label="For businesses without a zone" />}
        </div>
      )}
    </div>
  );
}

function Pace({ draft, change }: Props) {
  const estimate = useEstimate(draft);
  const ready = estimate.data?.ready;
  return (
    <TextField
      type="number"
      inputMode="numeric"
      label="Messages a second, at most"
      min={1}
      max={MAX_RATE}
      value={draft.rate}
      onChange={(event) => change({ rate: event.currentTarget.value })}
      error={isRate(draft.rate) ? null : `A whole number from 1 to ${MAX_RATE}.`}
      hint={
        ready && isRate(draft.rate)
          ? `All of them take ${lasting(ready / Number(draft.rate))}, quiet hours apart.`
          : "As many as your provider allows."
      }
      className="sm:max-w-72"
    />
  );
}

function ZoneField({ draft, change, label }: Props & { label: string }) {
  return (
    <SelectField label={label} value={draft.zone} onChange={(event) => change({ zone: event.currentTarget.value })}>
      {[...new Set([draft.zone, browserZone(), "UTC", ...Intl.supportedValuesOf("timeZone")])].map((zone) => (
        <option key={zone} value={zone}>
          {zone.replaceAll("_", " ")}
        </option>
      ))}
    </SelectField>
  );
}
