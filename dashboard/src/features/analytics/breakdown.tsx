"use client";

import { type ReactNode, useState } from "react";
import { Button } from "@/ui/button";
import { classes } from "@/ui/classes";
import { formatCount, formatShare } from "@/ui/numbers";
import { Panel } from "@/ui/panel";
import { BreakdownDialog } from "./breakdown-dialog";
import { DIMENSION_NAMES, valueName } from "./names";
import type { Dimension } from "./question";
import type { List } from "./use-analytics";

export const SHOWN = 8;

type Props = {
  dimension: Dimension;
  title?: string;
  list: List;
  chosen: string | undefined;
  onToggle: (value: string) => void;
};

/** The values of one dimension with most clicks; each of them filters everything else. */
export function Breakdown({ dimension, title, list, chosen, onToggle }: Props) {
  const [isOpen, setOpen] = useState(false);
  const name = title ?? DIMENSION_NAMES[dimension].many;
  const shown = list.values.slice(0, SHOWN);
  const hidden = list.values.slice(SHOWN).find(({ value }) => value === chosen);
  return (
    <Panel className="flex flex-col">
      <header className="mb-2 flex items-baseline justify-between gap-3">
        <h2 className="text-base">{name}</h2>
        <span aria-hidden className="text-xs text-quiet">
          Clicks
        </span>
      </header>
      {list.values.length === 0 && <p className="py-2 text-sm text-quiet">Nothing in this range.</p>}
      <ul aria-label={name} className="-mx-2.5 grid gap-0.5">
        {(hidden ? [...shown.slice(0, -1), hidden] : shown).map(({ value, clicks }) => (
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
      {list.values.length > SHOWN && (
        <Button look="ghost" size="sm" className="mt-2 -ml-2.5 self-start" onClick={() => setOpen(true)}>
          Show all {formatCount(list.values.length)}
          <span className="sr-only"> {name.toLowerCase()}</span>
        </Button>
      )}
      {isOpen && (
        <BreakdownDialog
          {...{ dimension, list, chosen }}
          title={name}
          onClose={() => setOpen(false)}
          onToggle={(value) => {
            setOpen(false);
            onToggle(value);
          }}
        />
      )}
    </Panel>
  );
}

/** A value with its clicks, its share and a bar; pressed when it filters. */
export function ValueRow({
  name,
  clicks,
  total,
  most,
  isChosen,
  isFiltered,
  onToggle,
}: {
  name: string;
  clicks: number;
  total: number;
  most: number;
  isChosen: boolean;
  isFiltered: boolean;
  onToggle: () => void;
}) {
  return (
    <li>
      <button
        type="button"
        aria-pressed={isChosen}
        onClick={onToggle}
        className={classes(
          "group block w-full rounded-md text-left hover:bg-sunken",
          isChosen ? "font-semibold text-accent-ink" : isFiltered && "text-quiet",
        )}
      >
        <RowBody name={name} clicks={clicks} total={total} most={most} isChosen={isChosen} />
      </button>
    </li>
  );
}

export function RowBody({
  name,
  clicks,
  total,
  most,
  isChosen = false,
}: {
  name: ReactNode;
  clicks: number;
  total: number;
  most: number;
  isChosen?: boolean;
}) {
  return (
    <>
      <span className="flex items-baseline gap-3 px-2.5 pt-2 text-sm">
        <span className="min-w-0 truncate">{name}</span>
        <span className="figures ml-auto">
          {formatCount(clicks)}
          <span className="sr-only">{clicks === 1 ? " click, " : " clicks, "}</span>
        </span>
        <span className="figures w-13 shrink-0 text-right text-quiet">{formatShare(clicks / Math.max(total, 1))}</span>
      </span>
      <span aria-hidden className="mx-2.5 mt-1.5 mb-1 block h-0.5 rounded-full bg-line">
        <span
          className={classes("block h-full rounded-full", isChosen ? "bg-accent" : "bg-edge")}
          style={{ width: `${Math.max((clicks / most) * 100, 1)}%` }}
        />
      </span>
    </>
  );
}
