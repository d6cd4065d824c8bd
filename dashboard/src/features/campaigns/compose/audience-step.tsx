"use client";

import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useId, useMemo } from "react";
/** To whom. Only businesses with a finished site are written to, whatever is chosen here. */
import { categoriesQuery } from "@/api/lists";
import { listCountries } from "@/charts/list-countries";
import { classes } from "@/ui/classes";
import { SelectField } from "@/ui/field";
import { formatCount } from "@/ui/numbers";
import { Panel } from "@/ui/panel";
import { ChooseBusinesses } from "./choose-businesses";
import type { AudienceKind, Draft } from "./draft";
import { EstimatePanel } from "./estimate";
import type { Change } from "./use-draft";

const KINDS: readonly { kind: AudienceKind; label: string; hint: string }[] = [
  { kind: "all", label: "Everybody", hint: "Every business that has a number and a published site." },
  { kind: "some", label: "By category and country", hint: "Those of one trade, of one country, or both." },
  { kind: "chosen", label: "Chosen businesses", hint: "One by one." },
];

export function AudienceStep({ draft, change }: { draft: Draft; change: Change }) {
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_21rem]">
      <Panel>
        <fieldset className="grid gap-1">
          <legend className="mb-3 text-lg font-semibold">Who is written to</legend>
          {KINDS.map(({ kind, label, hint }) => (
            <Choice key={kind} label={label} hint={hint} isOn={draft.kind === kind} onChoose={() => change({ kind })}>
              {kind === "some" && <Narrow draft={draft} change={change} />}
              {kind === "chosen" && <ChooseBusinesses draft={draft} change={change} />}
            </Choice>
          ))}
        </fieldset>
      </Panel>
      <div className="lg:sticky lg:top-6">
        <EstimatePanel draft={draft} />
      </div>
    </div>
  );
}

type ChoiceProps = { label: string; hint: string; isOn: boolean; onChoose: () => void; children: ReactNode };

function Choice({ label, hint, isOn, onChoose, children }: ChoiceProps) {
  const id = useId();
  return (
    <div className={classes("rounded-md", isOn && "bg-sunken")}>
      <div className="flex min-h-11 items-start gap-3 px-3 py-2.5">
        <input
          id={id}
          type="radio"
          name="audience"
          checked={isOn}
          onChange={onChoose}
          aria-describedby={`${id}-hint`}
          className="mt-1 size-4.5 shrink-0 accent-accent"
        />
        <div className="min-w-0 grow">
          <label htmlFor={id} className="block font-medium">
            {label}
          </label>
          <p id={`${id}-hint`} className="text-sm text-quiet">
            {hint}
          </p>
        </div>
      </div>
      {isOn && children && <div className="px-3 pb-4 sm:pl-10.5">{children}</div>}
    </div>
  );
}

function Narrow({ draft, change }: { draft: Draft; change: Change }) {
  const { data = [] } = useQuery(categoriesQuery);
  const isKnown = data.some(({ category }) => category === draft.category);
  const countries = useMemo(listCountries, []);
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <SelectField
        label="Category"
        value={draft.category}
        onChange={(event) => change({ category: event.currentTarget.value })}
      >
        <option value="">Any</option>
        {draft.category && !isKnown && <option value={draft.category}>{draft.category}</option>}
        {data.map(({ category, businesses }) => (
          <option key={category} value={category}>
            {category} ({formatCount(businesses)})
          </option>
        ))}
      </SelectField>
      <SelectField
        label="Country"
        value={draft.country}
        onChange={(event) => change({ country: event.currentTarget.value })}
      >
        <option value="">Any</option>
        {countries.map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </SelectField>
    </div>
  );
}
