"use client";

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { api, take } from "@/api/client";
import { useMay } from "@/api/session";
import { useUrlState } from "@/shell/url-state";
import { Button } from "@/ui/button";
import { PageHead } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { Empty, Failed, Skeleton, Waiting } from "@/ui/states";
import { NeedsAdmin } from "../needs-admin";
import { AUDIT_KEY } from "../query-keys";
import { Rows } from "../rows";
import { AuditRow } from "./audit-row";
import { AuditFilters } from "./filters";
import { queryOf } from "./query";

const PAGE = 50;

export function AuditPage() {
  return useMay("admin") ? <Audit /> : <NeedsAdmin title="Audit log" what="read it" />;
}

function Audit() {
  return (
    <>
      <PageHead title="Audit log" lead="Who changed what in this workspace, newest first." />
      <Panel>
        <AuditFilters />
        <Entries />
      </Panel>
    </>
  );
}

function Entries() {
  const { params, set } = useUrlState();
  const wanted = queryOf(params);
  const pages = useInfiniteQuery({
    queryKey: [...AUDIT_KEY, wanted],
    queryFn: ({ signal, pageParam }) =>
      take(
        api.GET("/v1/audit", { params: { query: { ...wanted, limit: PAGE, cursor: pageParam ?? undefined } }, signal }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
  if (pages.error && !pages.data) return <Failed error={pages.error} onRetry={() => void pages.refetch()} />;
  if (!pages.data) return <EntriesWaiting />;
  const entries = pages.data.pages.flatMap((page) => page.data);
  if (!entries.length) {
    const isFiltered = Object.keys(wanted).length > 0;
    return (
      <Empty
        title={isFiltered ? "Nothing fits these filters" : "Nothing has happened yet"}
        action={
          isFiltered && (
            <Button onClick={() => set({ action: null, user: null, from: null, to: null })}>
              Take the filters out
            </Button>
          )
        }
      />
    );
  }
  return (
    <div aria-busy={pages.isPlaceholderData} className={pages.isPlaceholderData ? "opacity-60" : undefined}>
      <Rows label="Entries">
        {entries.map((entry) => (
          <AuditRow key={entry.id} entry={entry} />
        ))}
      </Rows>
      {pages.hasNextPage && (
        <div className="mt-4 text-center">
          <Button isBusy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            Show earlier ones
          </Button>
        </div>
      )}
      {pages.isFetchNextPageError && <Failed error={pages.error} onRetry={() => void pages.fetchNextPage()} />}
    </div>
  );
}

function EntriesWaiting() {
  return (
    <Waiting label="Loading the log" className="grid gap-3">
      {[0, 1, 2, 3, 4, 5].map((row) => (
        <Skeleton key={row} className="h-12 w-full" />
      ))}
    </Waiting>
  );
}
