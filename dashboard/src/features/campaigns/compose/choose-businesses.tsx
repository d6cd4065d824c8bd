"use client";

import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useState } from "react";
/** Finds businesses that have a site, and keeps those that are ticked. */
import { businessQuery } from "@/api/lists";
import { classes } from "@/ui/classes";
import { Checkbox, TextField } from "@/ui/field";
import { formatCount } from "@/ui/numbers";
import { Failed, Skeleton, Waiting } from "@/ui/states";
import { useSettled } from "@/ui/use-settled";
import { businessesQuery } from "../wire";
import { plural } from "../words";
import type { Chosen, Draft } from "./draft";
import type { Change } from "./use-draft";

const SHOWN = 30;
const NAMED = 50;
const TYPING_MS = 250;

export function ChooseBusinesses({ draft, change }: { draft: Draft; change: Change }) {
  const [typed, setTyped] = useState("");
  const q = useSettled(typed.trim(), TYPING_MS);
  const found = useQuery({
    ...businessesQuery({ ...(q && { q }), limit: SHOWN }),
    placeholderData: keepPreviousData,
  });
  const ids = new Set(draft.chosen.map(({ id }) => id));
  const toggle = (one: Chosen) =>
    change({ chosen: ids.has(one.id) ? draft.chosen.filter(({ id }) => id !== one.id) : [...draft.chosen, one] });
  return (
    <div className="grid gap-3">
      <ChosenList chosen={draft.chosen} onRemove={toggle} onNone={() => change({ chosen: [] })} />
      <TextField
        type="search"
        label="Find businesses that have a site"
        placeholder="Name, phone or e-mail"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {found.data ? (
        found.data.length ? (
          <ul
            aria-label="Businesses found"
            aria-busy={found.isPlaceholderData}
            className={classes(
              "max-h-80 divide-y divide-line overflow-y-auto rounded-md border border-line bg-panel",
              found.isPlaceholderData && "opacity-60",
            )}
          >
            {found.data.map(({ id, name, phone, category }) => (
              <li key={id} className="px-3 py-2">
                <Checkbox
                  checked={ids.has(id)}
                  onChange={() => toggle({ id, name })}
                  label={<span className="wrap-anywhere">{name}</span>}
                  hint={[category, phone ?? "no phone number"].filter(Boolean).join(" · ")}
                />
              </li>
            ))}
          </ul>
        ) : (
          <p className="py-3 text-sm text-quiet">
            {q ? "No business with a site is called that." : "No business has a site yet. Generate one first."}
          </p>
        )
      ) : found.error ? (
        <Failed error={found.error} onRetry={() => void found.refetch()} />
      ) : (
        <Waiting label="Loading businesses" className="grid gap-2">
          {[0, 1, 2, 3].map((row) => (
            <Skeleton key={row} className="h-12 w-full" />
          ))}
        </Waiting>
      )}
      {found.data?.length === SHOWN && <p className="text-xs text-quiet">The first {SHOWN}. Type to find others.</p>}
    </div>
  );
}

type ListProps = { chosen: readonly Chosen[]; onRemove: (one: Chosen) => void; onNone: () => void };

function ChosenList({ chosen, onRemove, onNone }: ListProps) {
  const named = useNames(chosen);
  if (!chosen.length) return null;
  return (
    <div className="grid gap-2">
      <div className="flex items-baseline justify-between gap-3">
        <p className="text-sm font-medium">
          {formatCount(chosen.length)} {plural(chosen.length, "business", "businesses")} chosen
        </p>
        <button type="button" onClick={onNone} className="text-sm text-accent-ink underline">
          Choose none
        </button>
      </div>
      <ul aria-label="Chosen businesses" className="flex max-h-40 flex-wrap gap-1.5 overflow-y-auto">
        {named.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              onClick={() => onRemove(one)}
              className="inline-flex max-w-60 items-center gap-1.5 rounded-sm border border-line bg-panel px-2 py-1 text-sm hover:border-edge max-sm:min-h-10"
            >
              <span className="truncate">{one.name || "A business"}</span>
              <X aria-hidden className="size-3.5 shrink-0 text-quiet" />
              <span className="sr-only">, take it out</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Who came by the address has no name yet. */
function useNames(chosen: readonly Chosen[]): Chosen[] {
  const nameless = chosen.filter(({ name }) => !name).slice(0, NAMED);
  const found = useQueries({ queries: nameless.map(({ id }) => businessQuery(id)) });
  const names = new Map(found.flatMap(({ data }) => (data ? [[data.id, data.name] as const] : [])));
  return chosen.map((one) => ({ ...one, name: one.name || (names.get(one.id) ?? "") }));
}
