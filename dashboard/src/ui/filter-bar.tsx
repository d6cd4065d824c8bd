"use client";

/** The head of a list: search, filters, export. All of it lives in the address bar, so a view can be sent to somebody. */
import { Download, ListFilter } from "lucide-react";
import { type ReactNode, useCallback, useState } from "react";
import { Button } from "./button";
import { type Chip, Chips } from "./chips";
import { Popover } from "./popover";
import { SearchField } from "./search-field";

type Props = {
  search: { label: string; placeholder: string; value: string };
  /** Sets what is filtered by, by its name in the address; null takes it out. */
  set: (patch: Record<string, string | null>) => void;
  /** The filters, and those among them that are in use. */
  fields: ReactNode;
  chips: readonly Chip[];
  /** Where the list is had as a file, and what that is called. */
  file: { address: string; name: string };
  /** What stands between the filters and the file. */
  children?: ReactNode;
};

export function FilterBar({ search, set, fields, chips, file, children }: Props) {
  const [isOpen, setOpen] = useState(false);
  const find = useCallback((q: string) => set({ q: q || null }), [set]);
  return (
    <div className="grid gap-2.5 pb-2">
      <div className="flex flex-wrap items-center gap-2.5">
        <SearchField {...search} onChange={find} />
        <Popover
          label="Filters"
          align="end"
          isOpen={isOpen}
          onOpenChange={setOpen}
          trigger={
            <Button icon={ListFilter} className={children ? undefined : "max-sm:grow"}>
              Filters
              {chips.length > 0 && (
                <span className="figures rounded-sm bg-accent-wash px-1.5 text-sm text-accent-ink">{chips.length}</span>
              )}
            </Button>
          }
        >
          {fields}
        </Popover>
        {children}
        <a
          href={file.address}
          download={file.name}
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
