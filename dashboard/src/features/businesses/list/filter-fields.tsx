"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { categoriesQuery } from "@/api/lists";
import { listCountries } from "@/charts/list-countries";
import type { UrlState } from "@/shell/url-state";
import { SelectField } from "@/ui/field";
import { Segmented } from "@/ui/segmented";
import { type BusinessFilter, SITE_STATES } from "../filter";

type Props = { filter: BusinessFilter; set: UrlState["set"] };

export default function FilterFields({ filter, set }: Props) {
  const { data: categories = [] } = useQuery(categoriesQuery);
  const countries = useMemo(listCountries, []);
  return (
    <div className="grid gap-4">
      <Segmented
        label="Site"
        value={filter.site}
        options={SITE_STATES}
        onChange={(site) => set({ has_site: site || null })}
      />
      <SelectField
        label="Category"
        value={filter.category}
        onChange={(event) => set({ category: event.target.value || null })}
      >
        <option value="">Any category</option>
        {filter.category && !categories.some(({ category }) => category === filter.category) && (
          <option>{filter.category}</option>
        )}
        {categories.map(({ category, businesses }) => (
          <option key={category} value={category}>
            {category} ({businesses})
          </option>
        ))}
      </SelectField>
      <SelectField
        label="Country"
        value={filter.country}
        onChange={(event) => set({ country: event.target.value || null })}
      >
        <option value="">Any country</option>
        {countries.map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </SelectField>
    </div>
  );
}
