/**
 * What several features ask for. Each question stands here once, with the key that its answer is kept under: two shapes
 * under one key would break whoever asks second.
 */
import { queryOptions } from "@tanstack/react-query";
import { api, take } from "./client";

const SLOW_FRESH_MS = 60_000;

/** The tags of the workspace, the most used first. */
export const tagsQuery = queryOptions({
  queryKey: ["links", "tags"],
  queryFn: async ({ signal }) => (await take(api.GET("/v1/tags", { signal }))).data,
  staleTime: SLOW_FRESH_MS,
});

/** The short domains of the workspace, those that wait for their proof among them. */
export const domainsQuery = queryOptions({
  queryKey: ["domains"],
  queryFn: async ({ signal }) => (await take(api.GET("/v1/domains", { signal }))).data,
  staleTime: SLOW_FRESH_MS,
});

/** One link. */
export const linkQuery = (id: string) =>
  queryOptions({
    queryKey: ["links", "one", id],
    queryFn: ({ signal }) => take(api.GET("/v1/links/{link_id}", { params: { path: { link_id: id } }, signal })),
  });

/** One business. */
export const businessQuery = (id: string) =>
  queryOptions({
    queryKey: ["businesses", "one", id],
    queryFn: ({ signal }) =>
      take(api.GET("/v1/businesses/{business_id}", { params: { path: { business_id: id } }, signal })),
  });

/** The categories of the workspace's businesses, the most used first. */
export const categoriesQuery = queryOptions({
  queryKey: ["businesses", "categories"],
  queryFn: async ({ signal }) => (await take(api.GET("/v1/businesses/categories", { signal }))).data,
  staleTime: SLOW_FRESH_MS,
});

/** The first links that have `q` in their code, title or destination; without it the newest. */
export const foundLinksQuery = (q: string, limit: number) =>
  queryOptions({
    queryKey: ["links", "found", q, limit],
    queryFn: async ({ signal }) => {
      const query = { q: q || undefined, limit };
      return (await take(api.GET("/v1/links", { params: { query }, signal }))).data;
    },
  });
