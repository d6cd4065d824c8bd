"use client";

import { useCallback, useMemo, useRef, useState } from "react";

type Item = { id: string };

export type Selection = {
  ids: ReadonlySet<string>;
  /** Choose one, or leave it; with `isRange` all from the one before to this one become what this one becomes. */
  toggle: (id: string, isRange: boolean) => void;
  all: () => void;
  clear: () => void;
};

/** Return `chosen` with the items from `from` to `to` in it, or without them. */
export function withRange(
  chosen: ReadonlySet<string>,
  items: readonly Item[],
  from: string,
  to: string,
  isChosen: boolean,
): ReadonlySet<string> {
  const ends = [from, to].map((id) => items.findIndex((item) => item.id === id));
  const [first, last] = [Math.min(...ends), Math.max(...ends)];
  const next = new Set(chosen);
  for (const { id } of items.slice(first < 0 ? last : first, last + 1)) {
    if (isChosen) next.add(id);
    else next.delete(id);
  }
  return next;
}

/** Return which of `items` are chosen. What is no longer shown is no longer chosen. */
export function useSelection(items: readonly Item[]): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const shown = useRef(items);
  shown.current = items;
  const before = useRef<string | null>(null);
  const ids = useMemo(() => {
    if (!chosen.size) return chosen;
    return new Set(items.filter(({ id }) => chosen.has(id)).map(({ id }) => id));
  }, [chosen, items]);
  const toggle = useCallback((id: string, isRange: boolean) => {
    const from = isRange ? (before.current ?? id) : id;
    before.current = id;
    setChosen((now) => withRange(now, shown.current, from, id, !now.has(id)));
  }, []);
  const all = useCallback(() => setChosen(new Set(shown.current.map(({ id }) => id))), []);
  const clear = useCallback(() => setChosen(new Set()), []);
  return { ids, toggle, all, clear };
}
