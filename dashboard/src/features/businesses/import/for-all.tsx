"use client";

/** What holds for all rows of a file that do not say otherwise. */
import { useMemo } from "react";
import { listCountries } from "@/charts/list-countries";
import type { OptionFieldsProps } from "@/features/import/kind";
import { SelectField, TextField } from "@/ui/field";

export function ForAll({ options, setOption }: OptionFieldsProps) {
  const countries = useMemo(listCountries, []);
  return (
    <div className="grid items-start gap-4 sm:grid-cols-2">
      <SelectField
        label="Country where a row names none"
        hint="National numbers are read with it."
        value={options.country}
        onChange={(event) => setOption("country", event.target.value)}
      >
        <option value="">None</option>
        {countries.map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </SelectField>
      <TextField
        label="Category where a row names none"
        value={options.category}
        onChange={(event) => setOption("category", event.target.value)}
      />
      <SelectField
        label="A business that is here already"
        hint="Known by its number; without one, by name and address."
        value={options.on_duplicate}
        onChange={(event) => setOption("on_duplicate", event.target.value)}
      >
        <option value="skip">Stays as it is</option>
        <option value="update">Takes what the row says</option>
      </SelectField>
      <TextField
        label="Language where a row names none"
        placeholder="en"
        value={options.locale}
        onChange={(event) => setOption("locale", event.target.value)}
      />
    </div>
  );
}
