"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failed, Skeleton, Waiting } from "@/ui/states";

/** Shows what was asked for: skeletons of its rows until it is here, then it, or why it is not. */
export function Loaded<T>({
  query,
  label,
  rows = 3,
  children,
}: {
  query: UseQueryResult<T>;
  /** What screen readers are told meanwhile, like "Loading the members". */
  label: string;
  rows?: number;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <Waiting label={label} className="grid gap-3">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: skeletons have nothing else to be told apart by
        <Skeleton key={row} className="h-14 w-full" />
      ))}
    </Waiting>
  );
}
