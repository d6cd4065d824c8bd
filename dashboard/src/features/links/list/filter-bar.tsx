"use client";

/** Search, order and filters. All of them live in the address bar, so a view can be sent to somebody. */
import { Download, ListFilter } from "lucide-react";
import { useCallback, useState } from "react";
import type { UrlState } from "@/shell/url-state";
import { Button } from "@/ui/button";
import { type Chip, Chips } from "@/ui/chips";
import { SelectField, TextField } from "@/ui/field";
import { Popover } from "@/ui/popover";
import { SearchField } from "@/ui/search-field";
import { Segmented } from "@/ui/segmented";
import { exportAddress, type LinkFilter, SORTS, STATES } from "../filter";
import { useDomains, useTags } from "../queries";

type Props = { filter: LinkFilter; set: UrlState["set"] };

export function FilterBar({ filter, set }: Props) {
  const [isOpen, setOpen] = useState(false);
  const search = useCallback((q: string) => set({ q: q || null }), [set]);
  const count = [filter.tag, filter.domain, filter.type, filter.state].filter(Boolean).length;
  return (
    <div className="grid gap-2.5 pb-2">
      <div className="flex flex-wrap items-center gap-2.5">
        <SearchField
          label="Search links"
          placeholder="Search code, title or destination"
          value={filter.q}
          onChange={search}
        />
        <Popover
          label="Filters"
          align="end"
          isOpen={isOpen}
          onOpenChange={setOpen}
          trigger={
            <Button icon={ListFilter}>
              Filters
              {count > 0 && (
                <span className="figures rounded-sm bg-accent-wash px-1.5 text-sm text-accent-ink">{count}</span>
              )}
            </Button>
          }
        >
          <FilterFields filter={filter} set={set} />
        </Popover>
        <SelectField
          label="Order"
          isLabelHidden
          value={filter.sort}
          onChange={(event) => set({ sort: event.target.value === SORTS[0].value ? null : event.target.value })}
          className="max-sm:grow"
        >
          {SORTS.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
        <a
          href={exportAddress(filter)}
          download="links.csv"
          title="Export this list as CSV"
          className="grid size-10 place-items-center rounded-md border border-line bg-panel text-quiet hover:border-edge hover:text-ink"
        >
          <Download aria-hidden className="size-4" />
          <span className="sr-only">Export this list as CSV</span>
        </a>
      </div>
      <Chips chips={chipsOf(filter)} onRemove={(names) => set(Object.fromEntries(names.map((name) => [name, null])))} />
    </div>
  );
}

function FilterFields({ filter, set }: Props) {
  const { data: tags = [] } = useTags();
  const domains = useDomains();
  return (
    <div className="grid gap-4">
      <Segmented
        label="State"
        value={filter.state}
        options={STATES}
        onChange={(state) => set({ state: state || null })}
      />
      <SelectField label="Tag" value={filter.tag} onChange={(event) => set({ tag: event.target.value || null })}>
        <option value="">Any tag</option>
        {filter.tag && !tags.some(({ tag }) => tag === filter.tag) && <option>{filter.tag}</option>}
        {tags.map(({ tag, links }) => (
          <option key={tag} value={tag}>
            {tag} ({links})
          </option>
        ))}
      </SelectField>
      <SelectField
        label="Domain"
        value={filter.domain}
        onChange={(event) => set({ domain: event.target.value || null })}
      >
        <option value="">Any domain</option>
        {domains.map((domain) => (
          <option key={domain}>{domain}</option>
        ))}
      </SelectField>
      <TypeField filter={filter} set={set} />
    </div>
  );
}

function TypeField({ filter, set }: Props) {
  const [typed, setTyped] = useState(filter.type);
  const commit = () => set({ type: typed.trim() || null });
  return (
    <TextField
      label="Type"
      hint="What other programs call their links, like site_preview."
      placeholder="Any type"
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => event.key === "Enter" && commit()}
    />
  );
}

const STATE_WORDS = { active: "Active", disabled: "Disabled" } as const;

/** Return the filters in use. */
function chipsOf(filter: LinkFilter): Chip[] {
  return [
    { name: "state", text: filter.state && STATE_WORDS[filter.state] },
    { name: "tag", text: filter.tag && `Tag: ${filter.tag}` },
    { name: "domain", text: filter.domain },
    { name: "type", text: filter.type && `Type: ${filter.type}` },
  ].filter(({ text }) => text);
}
