"use client";

import { useEffect, useState } from "react";
import type { Pulse } from "@/charts/world-map";
import type { LiveClick } from "./use-live";

const SHOWN_MS = 4_000;
const MOST = 12;

/** Return the clicks that are so new that the map shows where they came from. */
export function usePulses(clicks: readonly LiveClick[]): Pulse[] {
  const [now, setNow] = useState(() => Date.now());
  const [arrivals] = useState(() => new Map<string, number>());
  for (const { id } of clicks) if (!arrivals.has(id)) arrivals.set(id, Date.now());
  const known = new Set(clicks.map(({ id }) => id));
  for (const id of arrivals.keys()) if (!known.has(id)) arrivals.delete(id);
  const fresh = clicks.slice(0, MOST).filter(({ id }) => now - (arrivals.get(id) ?? 0) < SHOWN_MS);
  const newest = clicks[0]?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new click starts its own time anew
  useEffect(() => {
    setNow(Date.now());
    const timer = setTimeout(() => setNow(Date.now()), SHOWN_MS + 50);
    return () => clearTimeout(timer);
  }, [newest]);
  return fresh.flatMap(({ id, country_code }) => (country_code ? [{ id, code: country_code }] : []));
}
