"use client";

/** What is asked of the API about sites. */
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "@/api/client";
import { findListed, usePages } from "@/api/use-pages";
import { type SiteFilter, toQuery } from "./filter";
import type { Site } from "./site";
import { isUnderWay } from "./status";

export const SITES = ["sites"] as const;
export const LISTS = [...SITES, "list"] as const;

/** The feed tells of each change; should it be away, what is under way is looked at all the same. */
const LOOK_MS = 5_000;

export const useSitePages = (filter: SiteFilter) =>
  usePages([...LISTS, filter], (asked, signal) =>
    take(api.GET("/v1/sites", { params: { query: { ...toQuery(filter), ...asked } }, signal })),
  );

const pathOf = (id: string) => ({ params: { path: { site_id: id } } });

/** One site, with its words. */
export const siteQuery = (id: string) =>
  queryOptions({
    queryKey: [...SITES, "one", id],
    queryFn: ({ signal }) => take(api.GET("/v1/sites/{site_id}", { ...pathOf(id), signal })),
    refetchInterval: (query) => query.state.data && isUnderWay(query.state.data.status) && LOOK_MS,
  });

/** Return one site. What a list holds of it, without its words, is shown until the API says it anew. */
export function useSite(id: string) {
  const client = useQueryClient();
  return useQuery({
    ...siteQuery(id),
    placeholderData: () => findListed<Site>(client, LISTS, id),
  });
}

/** The page as visitors get it. It is another one after each change of the site, and the same until then. */
export const htmlQuery = ({ id, updated_at }: Pick<Site, "id" | "updated_at">) =>
  queryOptions({
    queryKey: [...SITES, "html", id, updated_at],
    queryFn: async ({ signal }) => (await take(api.GET("/v1/sites/{site_id}/html", { ...pathOf(id), signal }))).html,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The designs that pages can have. */
export const designsQuery = queryOptions({
  queryKey: [...SITES, "designs"],
  queryFn: async ({ signal }) => (await take(api.GET("/v1/sites/designs", { signal }))).data,
  staleTime: Number.POSITIVE_INFINITY,
});

/** What this installation can do. */
export const siteSettingsQuery = queryOptions({
  queryKey: [...SITES, "settings"],
  queryFn: ({ signal }) => take(api.GET("/v1/sites/settings", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});
