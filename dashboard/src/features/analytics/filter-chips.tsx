"use client";

import { X } from "lucide-react";
import { useEffect } from "react";
import { Button } from "@/ui/button";
import { DIMENSION_NAMES, valueName } from "./names";
import { DIMENSIONS, withoutFilter } from "./question";
import type { Asking } from "./use-question";

/** What is filtered by, and the ways to let it go: each chip, "Clear all", or Escape. */
export function FilterChips({ asking: { question, ask } }: { asking: Asking }) {
  const { filters } = question;
  const chosen = DIMENSIONS.filter((dimension) => filters[dimension] !== undefined);
  const isFiltered = chosen.length > 0;
  useEffect(() => {
    if (!isFiltered) return;
    const listen = (event: KeyboardEvent) => {
      const at = event.target instanceof Element ? event.target : null;
      if (event.key !== "Escape" || event.defaultPrevented || at?.closest("input, select, [role='dialog']")) return;
      ask({ filters: {} });
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [isFiltered, ask]);
  if (!isFiltered) return null;
  return (
    <section aria-label="Filters" className="flex flex-wrap items-center gap-2">
      {chosen.map((dimension) => {
        const name = `${DIMENSION_NAMES[dimension].one}: ${valueName(dimension, filters[dimension] ?? "")}`;
        return (
          <button
            key={dimension}
            type="button"
            onClick={() => ask({ filters: withoutFilter(filters, dimension) })}
            className="inline-flex min-h-9 max-w-full items-center gap-2 rounded-md bg-accent-wash px-3 text-sm font-medium text-accent-ink"
          >
            <span className="truncate">{name}</span>
            <X aria-hidden className="size-4 shrink-0" />
            <span className="sr-only">(remove this filter)</span>
          </button>
        );
      })}
      <Button look="ghost" size="sm" onClick={() => ask({ filters: {} })}>
        Clear all
      </Button>
    </section>
  );
}
