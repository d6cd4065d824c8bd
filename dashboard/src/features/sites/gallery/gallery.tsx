"use client";

/** The sites, as they look. Further ones are asked for when the end comes near. */
import { useCallback, useEffect, useRef } from "react";
import { useMay } from "@/api/session";
import { retryPages, useItems, useMore } from "@/api/use-pages";
import type { UrlState } from "@/shell/url-state";
import { Button } from "@/ui/button";
import { classes } from "@/ui/classes";
import { SearchField } from "@/ui/search-field";
import { Segmented } from "@/ui/segmented";
import { Empty, Failed } from "@/ui/states";
import { type SiteFilter, STATUSES } from "../filter";
import type { useSitePages } from "../queries";
import { CardSkeleton, GRID, SiteCard } from "./site-card";

type Props = { list: ReturnType<typeof useSitePages>; filter: SiteFilter; set: UrlState["set"] };

export function Gallery({ list, filter, set }: Props) {
  const sites = useItems(list.data);
  const mayWrite = useMay("sites:write");
  const mayAnalyse = useMay("analytics:read");
  const search = useCallback((q: string) => set({ q: q || null }), [set]);
  const open = useCallback((id: string) => set({ site: id }, { push: true }), [set]);
  const { hasNextPage, isPlaceholderData, error } = list;
  const more = useMore(list);
  return (
    <>
      <div className="flex flex-wrap items-center gap-2.5 pb-4">
        <SearchField label="Search sites" placeholder="Search sites" value={filter.q} onChange={search} />
        <Segmented
          label="Status"
          value={filter.status}
          options={STATUSES}
          onChange={(status) => set({ status: status || null })}
        />
      </div>
      {sites.length ? (
        <ul
          aria-label="Sites"
          aria-busy={isPlaceholderData}
          className={classes(GRID, "transition-opacity", isPlaceholderData && "opacity-60")}
        >
          {sites.map((site) => (
            <SiteCard key={site.id} site={site} mayWrite={mayWrite} mayAnalyse={mayAnalyse} onOpen={open} />
          ))}
        </ul>
      ) : (
        <Empty
          title="No site is like that"
          action={<Button onClick={() => set({ q: null, status: null })}>Show all sites</Button>}
        >
          Nothing matches the search and the status together.
        </Empty>
      )}
      {hasNextPage && <End onNear={more} />}
      {error && <Failed error={error} onRetry={() => retryPages(list)} />}
    </>
  );
}

/** Asks for more as soon as it comes near. */
function End({ onNear }: { onNear: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!box.current) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && onNear(), { rootMargin: "800px" });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [onNear]);
  return (
    <div ref={box} aria-hidden className={`${GRID} pt-4`}>
      <CardSkeleton />
    </div>
  );
}
