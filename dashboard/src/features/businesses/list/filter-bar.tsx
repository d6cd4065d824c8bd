"use client";

/** Search and filters. All of them live in the address bar, so a view can be sent to somebody. */
import { Download, ListFilter } from "lucide-react";
import dynamic from "next/dynamic";
import { useCallback, useState } from "react";
import type { UrlState } from "@/shell/url-state";
import { Button } from "@/ui/button";
import { type Chip, Chips } from "@/ui/chips";
import { countryName } from "@/ui/countries";
import { Popover } from "@/ui/popover";
import { SearchField } from "@/ui/search-field";
import { type BusinessFilter, exportAddress } from "../filter";

const FilterFields = dynamic(() => import("./filter-fields"), {
  ssr: false,
  loading: () => <span className="block h-48" />,
});

type Props = { filter: BusinessFilter; set: UrlState["set"] };

export function FilterBar({ filter, set }: Props) {
  const [isOpen, setOpen] = useState(false);
  const search = useCallback((q: string) => set({ q: q || null }), [set]);
  const chips = chipsOf(filter);
  return (
    <div className="grid gap-2.5 pb-2">
      <div className="flex flex-wrap items-center gap-2.5">
        <SearchField
          label="Search businesses"
          placeholder="Search name, phone or e-mail"
          value={filter.q}
          onChange={search}
        />
        <Popover
          label="Filters"
          align="end"
          isOpen={isOpen}
          onOpenChange={setOpen}
          trigger={
            <Button icon={ListFilter} className="max-sm:grow">
              Filters
              {chips.length > 0 && (
                <span className="figures rounded-sm bg-accent-wash px-1.5 text-sm text-accent-ink">{chips.length}</span>
              )}
            </Button>
          }
        >
          <FilterFields filter={filter} set={set} />
        </Popover>
        <a
          href={exportAddress(filter)}
          download="businesses.csv"
          title="Export this list as CSV"
          className="grid size-10 place-items-center rounded-md border border-line bg-panel text-quiet hover:border-edge hover:text-ink"
        >
          <Download aria-hidden className="size-4" />
          <span className="sr-only">Export this list as CSV</span>
        </a>
      </div>
      <Chips chips={chips} onRemove={(names) => set(Object.fromEntries(names.map((name) => [name, null])))} />
    </div>
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
