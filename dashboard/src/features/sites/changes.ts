"use client";

/** What is done to sites. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, type Schemas, take } from "@/api/client";
import { addSites, dropSite, putSite } from "./cache";
import type { Site } from "./site";

type SiteCreate = Schemas["SiteCreate"];
export type SiteChanges = Partial<Schemas["SiteUpdate"]>;

/** How a site is to be made. */
export type Wish = Pick<SiteCreate, "generator"> & { design?: string; brief?: string };

const MAX_AT_ONCE = 500;
const pathOf = (id: string) => ({ params: { path: { site_id: id } } });

export function useGenerateSite() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ businessId, wish }: { businessId: string; wish: Wish }) =>
      take(api.POST("/v1/sites", { body: { business_id: businessId, ...wish } as SiteCreate })),
    onSuccess: (site) => addSites(client, [site]),
  });
}

/** Return what has many sites made; it answers which were refused, and why. */
export function useGenerateMany() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ ids, wish }: { ids: readonly string[]; wish: Wish }) => {
      const results = [];
      for (let at = 0; at < ids.length; at += MAX_AT_ONCE) {
        const body = { business_ids: ids.slice(at, at + MAX_AT_ONCE), ...wish } as Schemas["BulkSites"];
        results.push(...(await take(api.POST("/v1/sites/bulk", { body }))).results);
      }
      return results;
    },
    onSettled: () => addSites(client, []),
  });
}

export function useRegenerate() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, wish }: { id: string; wish: Partial<Wish> }) =>
      take(api.POST("/v1/sites/{site_id}/regenerate", { ...pathOf(id), body: wish as Schemas["SiteWishes"] })),
    onSuccess: (site) => putSite(client, site),
  });
}

export function useEditSite() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, changes }: { id: string; changes: SiteChanges }) =>
      take(api.PATCH("/v1/sites/{site_id}", { ...pathOf(id), body: changes as Schemas["SiteUpdate"] })),
    onSuccess: (site) => putSite(client, site),
  });
}

export function useVerifyDomain() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => take(api.POST("/v1/sites/{site_id}/verify-domain", pathOf(id))),
    onSuccess: (site) => putSite(client, site),
  });
}

export function useDeleteSite() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (site: Site) => take(api.DELETE("/v1/sites/{site_id}", pathOf(site.id))),
    onSuccess: (_, site) => dropSite(client, site),
  });
}
