"use client";

/** What a change does to everything that is kept of links: lists, single links, tags. */
import type { QueryClient } from "@tanstack/react-query";
import { linkQuery, tagsQuery } from "@/api/lists";
import { changeItem, removeItems } from "@/api/pages";
import { includes, type LinkFilter } from "./filter";
import type { Link } from "./link";
import { insertLink, type LinkPages } from "./pages";
import { LISTS } from "./queries";

/** Show a link as it is now, wherever it is shown. */
export function putLink(client: QueryClient, link: Link): void {
  client.setQueryData(linkQuery(link.id).queryKey, link);
  client.setQueriesData<LinkPages>({ queryKey: LISTS }, (pages) => pages && changeItem(pages, link.id, () => link));
}

/** Show a link that is new, or here again, in each list that it belongs to. */
export function addLink(client: QueryClient, link: Link): void {
  client.setQueryData(linkQuery(link.id).queryKey, link);
  for (const [key, pages] of client.getQueriesData<LinkPages>({ queryKey: LISTS })) {
    const filter = key[2] as LinkFilter;
    if (pages && includes(filter, link)) client.setQueryData(key, insertLink(pages, link, filter.sort));
  }
}

/** Take links out of every list. Answers under way are dropped: they would bring them back. */
export async function hideLinks(client: QueryClient, ids: ReadonlySet<string>): Promise<void> {
  await client.cancelQueries({ queryKey: LISTS });
  client.setQueriesData<LinkPages>({ queryKey: LISTS }, (pages) => pages && removeItems(pages, ids));
}

/** What is counted over links is asked again when somebody looks. */
export const recount = (client: QueryClient): void => void client.invalidateQueries({ queryKey: tagsQuery.queryKey });
