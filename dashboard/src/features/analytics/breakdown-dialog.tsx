"use client";

import { useState } from "react";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { ValueRow } from "./breakdown";
import { valueName } from "./names";
import type { Dimension } from "./question";
import type { List } from "./use-analytics";

/** As many as the API names of a dimension other than countries. */
const MOST_NAMED = 100;

/** All values of a dimension, with a search. */
export function BreakdownDialog({
  dimension,
  title,
  list,
  chosen,
  onClose,
  onToggle,
}: {
  dimension: Dimension;
  title: string;
  list: List;
  chosen: string | undefined;
  onClose: () => void;
  onToggle: (value: string) => void;
}) {
  const [typed, setTyped] = useState("");
  const sought = typed.trim().toLowerCase();
  const found = list.values.filter(({ value }) => valueName(dimension, value).toLowerCase().includes(sought));
  const isCut = dimension !== "country" && list.values.length >= MOST_NAMED;
  return (
    <Dialog isOpen onClose={onClose} title={title} lead={isCut ? `The ${MOST_NAMED} with most clicks.` : undefined}>
      <TextField
        type="search"
        label={`Search ${title.toLowerCase()}`}
        isLabelHidden
        placeholder="Search"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        className="mb-3"
      />
      <p role="status" className="sr-only">
        {found.length} found
      </p>
      {found.length === 0 && <p className="py-6 text-center text-quiet">Nothing is called that.</p>}
      <ul aria-label={title} className="-mx-2.5 grid gap-0.5">
        {found.map(({ value, clicks }) => (
          <ValueRow
            key={value}
            name={valueName(dimension, value)}
            clicks={clicks}
            total={list.total}
            most={list.values[0]?.clicks ?? 1}
            isChosen={value === chosen}
            isFiltered={chosen !== undefined}
            onToggle={() => onToggle(value)}
          />
        ))}
      </ul>
    </Dialog>
  );
}
