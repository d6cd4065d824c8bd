"use client";

import dynamic from "next/dynamic";
import type { UrlState } from "@/shell/url-state";
import type { Chip } from "@/ui/chips";
import { countryName } from "@/ui/countries";
import { FilterBar } from "@/ui/filter-bar";
import { type BusinessFilter, exportAddress } from "../filter";

const FilterFields = dynamic(() => import("./filter-fields"), {
  ssr: false,
  loading: () => <span className="block h-48" />,
});

type Props = { filter: BusinessFilter; set: UrlState["set"] };

export function BusinessFilters({ filter, set }: Props) {
  return (
    <FilterBar
      search={{ label: "Search businesses", placeholder: "Search name, phone or e-mail", value: filter.q }}
      set={set}
      fields={<FilterFields filter={filter} set={set} />}
      chips={chipsOf(filter)}
      file={{ address: exportAddress(filter), name: "businesses.csv" }}
    />
  );
}

const SITE_WORDS = { with: "With a site", without: "Without a site" } as const;

/** Return the filters in use. */
function chipsOf(filter: BusinessFilter): Chip[] {
  return [
    { name: "has_site", text: filter.site && SITE_WORDS[filter.site] },
    { name: "category", text: filter.category },
    { name: "country", text: filter.country && countryName(filter.country) },
  ].filter(({ text }) => text);
}
