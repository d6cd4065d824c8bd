"use client";

/** What is asked of the API about businesses. */
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "@/api/client";
import { businessQuery } from "@/api/lists";
import { findListed, usePages } from "@/api/use-pages";
import type { Business } from "./business";
import { type BusinessFilter, toQuery } from "./filter";

export const BUSINESSES = ["businesses"] as const;
export const LISTS = [...BUSINESSES, "list"] as const;
export const listKey = (filter: BusinessFilter) => [...LISTS, filter] as const;

export const useBusinessPages = (filter: BusinessFilter) =>
  usePages(listKey(filter), (asked, signal) =>
    take(api.GET("/v1/businesses", { params: { query: { ...toQuery(filter), ...asked } }, signal })),
  );

/** Return one business; what a list holds of it is shown until the API says it anew. */
export function useBusiness(id: string | null) {
  const client = useQueryClient();
  return useQuery({
    ...businessQuery(id ?? ""),
    initialData: () => findListed<Business>(client, LISTS, id),
    initialDataUpdatedAt: 0,
    enabled: id !== null,
  });
}

/** The first businesses that have `q` in their name, number or e-mail address; without it the newest. */
export const foundBusinessesQuery = (q: string, limit: number) =>
  queryOptions({
    queryKey: [...BUSINESSES, "found", q, limit],
    queryFn: async ({ signal }) => {
      const query = { q: q || undefined, limit };
      return (await take(api.GET("/v1/businesses", { params: { query }, signal }))).data;
    },
  });
