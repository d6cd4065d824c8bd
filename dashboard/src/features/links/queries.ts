"use client";

/** What is asked of the API about links, and for how long an answer is kept. */
import { keepPreviousData, type QueryClient, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { api, take } from "@/api/client";
import { domainsQuery, linkQuery, tagsQuery } from "@/api/lists";
import { useSession } from "@/api/session";
import { type LinkFilter, toQuery } from "./filter";
import type { Link, LinkPage } from "./link";
import { cutPages, type LinkPages } from "./pages";

export const LISTS = ["links", "list"] as const;
export const listKey = (filter: LinkFilter) => [...LISTS, filter] as const;

// The first page is small, to be there soon; the others are as large as the API gives them.
const FIRST_PAGE = 50;
const NEXT_PAGES = 200;
const ASKED_AGAIN_PAGES = 2;

const isShort = (pages: LinkPages | undefined) => !pages || pages.pages.length <= ASKED_AGAIN_PAGES;

/** Return the list that a filter describes, page after page. */
export function useLinkPages(filter: LinkFilter) {
  useBoundedRefetch(filter);
  const isRefetched = (query: { state: { data: LinkPages | undefined } }) => isShort(query.state.data);
  return useInfiniteQuery<LinkPage, Error, LinkPages, ReturnType<typeof listKey>, string | null>({
    queryKey: listKey(filter),
    queryFn: ({ pageParam, signal }) =>
      take(
        api.GET("/v1/links", {
          params: {
            query: {
              ...toQuery(filter),
              limit: pageParam ? NEXT_PAGES : FIRST_PAGE,
              ...(pageParam && { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    refetchOnMount: isRefetched,
    refetchOnWindowFocus: isRefetched,
    refetchOnReconnect: isRefetched,
  });
}

/** Cuts a long list to its first pages whenever it is declared stale, before they are all asked for again. */
function useBoundedRefetch(filter: LinkFilter): void {
  const client = useQueryClient();
  const key = JSON.stringify(listKey(filter));
  useEffect(() => {
    const queryKey = JSON.parse(key) as string[];
    const query = client.getQueryCache().find({ queryKey });
    if (query?.state.isInvalidated && cutList(client, queryKey)) void client.refetchQueries({ queryKey });
    return client.getQueryCache().subscribe((event) => {
      const isStale = event.type === "updated" && event.action.type === "invalidate";
      if (isStale && event.query.queryHash === query?.queryHash) cutList(client, queryKey);
    });
  }, [client, key]);
}

/** Returns whether there was something to cut. */
function cutList(client: QueryClient, queryKey: readonly unknown[]): boolean {
  const pages = client.getQueryData<LinkPages>(queryKey);
  if (!pages || isShort(pages)) return false;
  client.setQueryData<LinkPages>(queryKey, cutPages(pages, ASKED_AGAIN_PAGES));
  return true;
}

/** Return the links of all pages that are here. */
export const useLinks = (pages: LinkPages | undefined) =>
  useMemo(() => pages?.pages.flatMap((page) => page.data) ?? [], [pages]);

/** Return one link; what a list holds of it is shown until the API says it anew. */
export function useLink(id: string | null) {
  const client = useQueryClient();
  return useQuery({
    ...linkQuery(id ?? ""),
    initialData: () => findListed(client, id),
    initialDataUpdatedAt: 0,
    enabled: id !== null,
  });
}

function findListed(client: QueryClient, id: string | null): Link | undefined {
  for (const [, pages] of client.getQueriesData<LinkPages>({ queryKey: LISTS })) {
    for (const page of pages?.pages ?? []) {
      const found = page.data.find((link) => link.id === id);
      if (found) return found;
    }
  }
}

/** Return the names of the domains in which links of this workspace can be made: first the one of new links. */
export function useDomains(): string[] {
  const { short_domain } = useSession();
  const { data = [] } = useQuery(domainsQuery);
  return useMemo(() => {
    const own = data.filter(({ is_verified }) => is_verified);
    const chosen = own.find(({ is_default }) => is_default)?.domain ?? short_domain;
    return [...new Set([chosen, short_domain, ...own.map(({ domain }) => domain)])];
  }, [data, short_domain]);
}

/** Return `value` as it was when it last stood still for `ms`. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

/** Return the tags of the workspace, the most used first. */
export const useTags = () => useQuery(tagsQuery);
