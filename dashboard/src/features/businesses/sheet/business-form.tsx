"use client";

import { useQuery } from "@tanstack/react-query";
import { useId, useMemo } from "react";
/** The form of a business: who it is, how it is reached, where it is. */
import { categoriesQuery } from "@/api/lists";
import { listCountries } from "@/charts/list-countries";
import { SelectField, TextArea, TextField } from "@/ui/field";
import type { Draft } from "./draft";

const LANGUAGES = ["en", "de", "fr", "es", "it", "pt", "nl", "pl", "tr"];

type Props = {
  draft: Draft;
  errors: Record<string, string | undefined>;
  change: (patch: Partial<Draft>) => void;
  isNew: boolean;
  isReadOnly: boolean;
};

export function BusinessForm({ draft, errors, change, isNew, isReadOnly }: Props) {
  const { data: categories = [] } = useQuery(categoriesQuery);
  const list = useId();
  const text = (name: keyof Draft) => ({
    name,
    value: draft[name],
    error: errors[name],
    onChange: (event: { target: { value: string } }) => change({ [name]: event.target.value }),
  });
  return (
    <fieldset disabled={isReadOnly} className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4">
      <legend className="sr-only">Business</legend>
      <TextField label="Name" {...text("name")} required data-autofocus={isNew || undefined} />
      <TextField
        label="Category"
        {...text("category")}
        list={`${list}-categories`}
        hint="What it does, in a word: the design of its site is chosen by it."
      />
      <datalist id={`${list}-categories`}>
        {categories.map(({ category }) => (
          <option key={category} value={category} />
        ))}
      </datalist>
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <TextField label="Phone" type="tel" {...text("phone")} hint="With its +, or as it is written in the country." />
        <CountryField {...text("country")} />
      </div>
      <TextField label="E-mail" type="email" {...text("email")} />
      <TextArea label="Address" rows={2} {...text("address")} />
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <TextField
          label="Language"
          {...text("locale")}
          placeholder="en"
          list={`${list}-languages`}
          hint="Of its site and of messages to it."
        />
        <datalist id={`${list}-languages`}>
          {LANGUAGES.map((code) => (
            <option key={code} value={code} />
          ))}
        </datalist>
        <ZoneField {...text("time_zone")} />
      </div>
      <TextArea label="Notes" {...text("notes")} hint="For you; they are on no page and in no message." />
      <TextField
        label="Deal value"
        {...text("deal")}
        type="number"
        inputMode="decimal"
        min={0}
        step="any"
        inputClassName="font-mono"
        hint="What winning it was worth, in the currency of the reports. Empty: it is not won."
      />
    </fieldset>
  );
}

type Choice = {
  name: string;
  value: string;
  error?: string | undefined;
  onChange: (event: { target: { value: string } }) => void;
};

function CountryField(choice: Choice) {
  const countries = useMemo(listCountries, []);
  return (
    <SelectField label="Country" {...choice}>
      <option value="">Not known</option>
      {countries.map(({ code, name }) => (
        <option key={code} value={code}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}

function ZoneField(choice: Choice) {
  const zones = useMemo(() => Intl.supportedValuesOf("timeZone"), []);
  return (
    <SelectField label="Time zone" {...choice} hint="Nobody is written to at night.">
      <option value="">As number and country say</option>
      {choice.value && !zones.includes(choice.value) && <option>{choice.value}</option>}
      {zones.map((zone) => (
        <option key={zone} value={zone}>
          {zone.replaceAll("_", " ")}
        </option>
      ))}
    </SelectField>
  );
}
