"use client";

/** Lists that come page after page. */
import { keepPreviousData, type QueryClient, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo } from "react";
import { cutPages, type Page, type Pages } from "./pages";

// The first page is small, to be there soon; the others are as large as the API gives them.
const FIRST_PAGE = 50;
const NEXT_PAGES = 200;
const ASKED_AGAIN_PAGES = 2;

const isShort = (pages: Pages<unknown> | undefined) => !pages || pages.pages.length <= ASKED_AGAIN_PAGES;

export type PageAsked = { limit: number; cursor?: string };

/** Return the list that is kept under `queryKey`, as far as it was asked for. */
export function usePages<T>(
  queryKey: readonly unknown[],
  ask: (asked: PageAsked, signal: AbortSignal) => Promise<Page<T>>,
) {
  useBoundedRefetch(queryKey);
  const isRefetched = (query: { state: { data: Pages<T> | undefined } }) => isShort(query.state.data);
  return useInfiniteQuery<Page<T>, Error, Pages<T>, readonly unknown[], string | null>({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      ask({ limit: pageParam ? NEXT_PAGES : FIRST_PAGE, ...(pageParam && { cursor: pageParam }) }, signal),
    initialPageParam: null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    refetchOnMount: isRefetched,
    refetchOnWindowFocus: isRefetched,
    refetchOnReconnect: isRefetched,
  });
}

export type List<T> = ReturnType<typeof usePages<T>>;

/** Return what all pages hold that are here. */
export const useItems = <T>(pages: Pages<T> | undefined): T[] =>
  useMemo(() => pages?.pages.flatMap((page) => page.data) ?? [], [pages]);

/** Return what asks for the next page when its place comes near: one at a time, and after a failure nobody but a person. */
export function useMore<T>({ fetchNextPage, isFetchingNextPage, error }: List<T>): () => void {
  return useCallback(() => {
    if (!isFetchingNextPage && !error) void fetchNextPage();
  }, [isFetchingNextPage, error, fetchNextPage]);
}

/** Ask again for what failed: the next page, or those that are here. */
export const retryPages = <T>({ hasNextPage, fetchNextPage, refetch }: List<T>): void =>
  void (hasNextPage ? fetchNextPage() : refetch());

/** Return what a list holds of one thing, under whichever key beginning with `lists` it is kept. */
export function findListed<T extends { id: string }>(
  client: QueryClient,
  lists: readonly unknown[],
  id: string | null,
): T | undefined {
  for (const [, pages] of client.getQueriesData<Pages<T>>({ queryKey: lists })) {
    for (const page of pages?.pages ?? []) {
      const found = page.data.find((item) => item.id === id);
      if (found) return found;
    }
  }
}

/** Cuts a long list to its first pages whenever it is declared stale, before they are all asked for again. */
function useBoundedRefetch(listKey: readonly unknown[]): void {
  const client = useQueryClient();
  const key = JSON.stringify(listKey);
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
  const pages = client.getQueryData<Pages<unknown>>(queryKey);
  if (!pages || isShort(pages)) return false;
  client.setQueryData<Pages<unknown>>(queryKey, cutPages(pages, ASKED_AGAIN_PAGES));
  return true;
}
