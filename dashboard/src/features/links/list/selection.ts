"use client";

import { useCallback, useMemo, useRef, useState } from "react";
import type { Link } from "../link";

export type Selection = {
  ids: ReadonlySet<string>;
  /** Choose one link, or leave it; with `isRange` all from the one before to this one become what this one becomes. */
  toggle: (id: string, isRange: boolean) => void;
  all: () => void;
  clear: () => void;
};

/** Return `chosen` with the links from `from` to `to` in it, or without them. */
export function withRange(
  chosen: ReadonlySet<string>,
  links: readonly Link[],
  from: string,
  to: string,
  isChosen: boolean,
): ReadonlySet<string> {
  const ends = [from, to].map((id) => links.findIndex((link) => link.id === id));
  const [first, last] = [Math.min(...ends), Math.max(...ends)];
  const next = new Set(chosen);
  for (const { id } of links.slice(first < 0 ? last : first, last + 1)) {
    if (isChosen) next.add(id);
    else next.delete(id);
  }
  return next;
}

/** Return which of `links` are chosen. What is no longer shown is no longer chosen. */
export function useSelection(links: readonly Link[]): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const shown = useRef(links);
  shown.current = links;
  const before = useRef<string | null>(null);
  const ids = useMemo(() => {
    if (!chosen.size) return chosen;
    return new Set(links.filter(({ id }) => chosen.has(id)).map(({ id }) => id));
  }, [chosen, links]);
  const toggle = useCallback((id: string, isRange: boolean) => {
    const from = isRange ? (before.current ?? id) : id;
    before.current = id;
    setChosen((now) => withRange(now, shown.current, from, id, !now.has(id)));
  }, []);
  const all = useCallback(() => setChosen(new Set(shown.current.map(({ id }) => id))), []);
  const clear = useCallback(() => setChosen(new Set()), []);
  return { ids, toggle, all, clear };
}
