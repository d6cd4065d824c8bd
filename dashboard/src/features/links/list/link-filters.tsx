"use client";

import { useState } from "react";
import type { UrlState } from "@/shell/url-state";
import type { Chip } from "@/ui/chips";
import { SelectField, TextField } from "@/ui/field";
import { FilterBar } from "@/ui/filter-bar";
import { Segmented } from "@/ui/segmented";
import { exportAddress, type LinkFilter, SORTS, STATES } from "../filter";
import { useDomains, useTags } from "../queries";

type Props = { filter: LinkFilter; set: UrlState["set"] };

export function LinkFilters({ filter, set }: Props) {
  return (
    <FilterBar
      search={{ label: "Search links", placeholder: "Search code, title or destination", value: filter.q }}
      set={set}
      fields={<FilterFields filter={filter} set={set} />}
      chips={chipsOf(filter)}
      file={{ address: exportAddress(filter), name: "links.csv" }}
    >
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
    </FilterBar>
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
