"use client";

/** The head of the list: its columns, and in their place, once links are chosen, what can be done with them. */
import type { ReactNode } from "react";
import { formatCount } from "@/ui/numbers";
import type { Selection } from "./selection";

export function ListHead({
  shown,
  hasMore,
  selection,
  children,
}: {
  shown: number;
  hasMore: boolean;
  selection: Selection;
  children: ReactNode;
}) {
  const { ids, all, clear } = selection;
  const isAll = shown > 0 && ids.size === shown;
  return (
    <div className="sticky top-14 z-10 flex min-h-12 items-center gap-1 border-y border-line bg-paper px-1 sm:gap-2 sm:px-2 lg:top-0">
      <label className="grid size-10 shrink-0 place-items-center">
        <input
          type="checkbox"
          aria-label={`Choose all ${formatCount(shown)} links shown`}
          checked={isAll}
          ref={(box) => {
            if (box) box.indeterminate = ids.size > 0 && !isAll;
          }}
          onChange={isAll ? clear : all}
          className="size-4.5 accent-accent"
        />
      </label>
      {ids.size ? (
        children
      ) : (
        <div className="grid grow grid-cols-[minmax(0,1fr)_5rem_7.5rem_2.5rem] items-center gap-x-2 text-sm text-quiet max-lg:grid-cols-1">
          <span role="status">
            <span className="figures">
              {formatCount(shown)}
              {hasMore && "+"}
            </span>{" "}
            {shown === 1 && !hasMore ? "link" : "links"}
          </span>
          <span className="text-right max-lg:hidden">Clicks</span>
          <span className="text-right max-lg:hidden">Created</span>
        </div>
      )}
    </div>
  );
}
