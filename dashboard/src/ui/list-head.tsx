"use client";

/** The head of a list: its columns, and in their place, once rows are chosen, what can be done with them. */
import type { ReactNode } from "react";
import { formatCount } from "./numbers";
import type { Selection } from "./selection";

export function ListHead({
  shown,
  hasMore,
  names: [one, many],
  selection,
  columns,
  columnsClassName,
  children,
}: {
  shown: number;
  hasMore: boolean;
  /** One of them and many: "link", "links". */
  names: readonly [string, string];
  selection: Selection;
  /** The names of the other columns, on large screens. */
  columns: ReactNode;
  /** Where they stand there. */
  columnsClassName: string;
  children: ReactNode;
}) {
  const { ids, all, clear } = selection;
  const isAll = shown > 0 && ids.size === shown;
  return (
    <div className="sticky top-14 z-10 flex min-h-12 items-center gap-1 border-y border-line bg-paper px-1 sm:gap-2 sm:px-2 lg:top-0">
      <label className="grid size-10 shrink-0 place-items-center">
        <input
          type="checkbox"
          aria-label={`Choose all ${formatCount(shown)} ${many} shown`}
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
        <div className={`grid grow items-center gap-x-2 text-sm text-quiet max-lg:grid-cols-1 ${columnsClassName}`}>
          <span role="status">
            <span className="figures">
              {formatCount(shown)}
              {hasMore && "+"}
            </span>{" "}
            {shown === 1 && !hasMore ? one : many}
          </span>
          {columns}
        </div>
      )}
    </div>
  );
}
