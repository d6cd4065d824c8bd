"use client";

/** What is asked of the API about links, and for how long an answer is kept. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, take } from "@/api/client";
import { domainsQuery, linkQuery, tagsQuery } from "@/api/lists";
import { useSession } from "@/api/session";
import { findListed, usePages } from "@/api/use-pages";
import { type LinkFilter, toQuery } from "./filter";
import type { Link } from "./link";

export const LISTS = ["links", "list"] as const;
export const listKey = (filter: LinkFilter) => [...LISTS, filter] as const;

/** Return the list that a filter describes, page after page. */
export const useLinkPages = (filter: LinkFilter) =>
  usePages(listKey(filter), (asked, signal) =>
    take(api.GET("/v1/links", { params: { query: { ...toQuery(filter), ...asked } }, signal })),
  );

/** Return one link; what a list holds of it is shown until the API says it anew. */
export function useLink(id: string | null) {
  const client = useQueryClient();
  return useQuery({
    ...linkQuery(id ?? ""),
    initialData: () => findListed<Link>(client, LISTS, id),
    initialDataUpdatedAt: 0,
    enabled: id !== null,
  });
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

/** Return the tags of the workspace, the most used first. */
export const useTags = () => useQuery(tagsQuery);
