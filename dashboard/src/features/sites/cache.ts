"use client";

/** What a change does to everything that is kept of sites: lists, single sites, the businesses that have them. */
import type { QueryClient } from "@tanstack/react-query";
import { changeItem, type Pages, removeItems } from "@/api/pages";
import { findListed } from "@/api/use-pages";
import { putBusiness } from "../businesses/changes";
import { BUSINESSES } from "../businesses/queries";
import { LISTS, SITES, siteQuery } from "./queries";
import type { Site, SiteEvent } from "./site";
import { isUnderWay } from "./status";

/** Show a site as it is now, wherever it is shown. */
export function putSite(client: QueryClient, site: Site): void {
  client.setQueryData(siteQuery(site.id).queryKey, site);
  client.setQueriesData<Pages<Site>>(
    { queryKey: LISTS },
    (pages) => pages && changeItem(pages, site.id, () => ({ ...site, content: null })),
  );
  showAtBusiness(client, site);
}

/** A site is there that no list has yet: they are asked again. */
export function addSites(client: QueryClient, sites: readonly Site[]): void {
  for (const site of sites) putSite(client, site);
  void client.invalidateQueries({ queryKey: LISTS });
  void client.invalidateQueries({ queryKey: BUSINESSES });
}

/** Show what the feed says. Whatever is over has more to tell than the feed does. */
export function takeEvent(client: QueryClient, event: SiteEvent): void {
  const { id, status } = event;
  const known = findListed<Site>(client, LISTS, id);
  const one = client.getQueryData(siteQuery(id).queryKey);
  client.setQueryData(siteQuery(id).queryKey, (site) => site && { ...site, ...event });
  client.setQueriesData<Pages<Site>>(
    { queryKey: LISTS },
    (pages) => pages && changeItem(pages, id, (site) => ({ ...site, ...event })),
  );
  showAtBusiness(client, event);
  const before = known ?? one;
  if (!before || (isUnderWay(before.status) && !isUnderWay(status))) {
    void client.invalidateQueries({ queryKey: LISTS });
    void client.invalidateQueries({ queryKey: siteQuery(id).queryKey });
  }
}

/** Take a site out of everything. */
export async function dropSite(client: QueryClient, site: Site): Promise<void> {
  await client.cancelQueries({ queryKey: SITES });
  client.setQueriesData<Pages<Site>>({ queryKey: LISTS }, (pages) => pages && removeItems(pages, new Set([site.id])));
  client.removeQueries({ queryKey: siteQuery(site.id).queryKey });
  putBusiness(client, site.business_id, (business) => ({ ...business, site: null }));
  void client.invalidateQueries({ queryKey: BUSINESSES });
}

function showAtBusiness(client: QueryClient, { id, business_id, status, short_url }: SiteEvent): void {
  putBusiness(client, business_id, (business) =>
    business.site?.id === id ? { ...business, site: { ...business.site, status, short_url } } : business,
  );
}
