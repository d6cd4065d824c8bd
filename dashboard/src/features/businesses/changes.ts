"use client";

import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, type Schemas, take } from "@/api/client";
/** What is done to businesses. Lists show it at once; nothing is asked again for it. */
import { businessQuery, categoriesQuery } from "@/api/lists";
import { changeItem, insertItem, type Pages, removeItems } from "@/api/pages";
import type { Business } from "./business";
import { type BusinessFilter, includes } from "./filter";
import { BUSINESSES, LISTS } from "./queries";

export type BusinessCreate = Schemas["BusinessCreate"];
export type BusinessUpdate = Schemas["BusinessUpdate"];

/** What a form sends: what the API puts in by itself may be left out. */
export type NewBusiness = Pick<BusinessCreate, "name"> & Partial<BusinessCreate>;

const recount = (client: QueryClient): void => {
  void client.invalidateQueries({ queryKey: categoriesQuery.queryKey });
  void client.invalidateQueries({ queryKey: [...BUSINESSES, "found"] });
};

export function useCreateBusiness() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (draft: NewBusiness) => take(api.POST("/v1/businesses", { body: draft as BusinessCreate })),
    onSuccess: (business) => {
      client.setQueryData(businessQuery(business.id).queryKey, business);
      for (const [key, pages] of client.getQueriesData<Pages<Business>>({ queryKey: LISTS })) {
        if (!pages || !includes(key[2] as BusinessFilter, business)) continue;
        client.setQueryData(
          key,
          insertItem(pages, business, (one, other) => one.created_at >= other.created_at),
        );
      }
      recount(client);
    },
  });
}

export function useEditBusiness() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, changes }: { id: string; changes: Partial<BusinessUpdate> }) => {
      const params = { path: { business_id: id } };
      return take(api.PATCH("/v1/businesses/{business_id}", { params, body: changes as BusinessUpdate }));
    },
    onSuccess: (business) => {
      putBusiness(client, business.id, () => business);
      recount(client);
    },
  });
}

/** Show a business as it is now, wherever it is shown. */
export function putBusiness(client: QueryClient, id: string, change: (business: Business) => Business): void {
  client.setQueryData(businessQuery(id).queryKey, (known: Business | undefined) => known && change(known));
  client.setQueriesData<Pages<Business>>({ queryKey: LISTS }, (pages) => pages && changeItem(pages, id, change));
}

export function useDeleteBusiness() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      take(api.DELETE("/v1/businesses/{business_id}", { params: { path: { business_id: id } } })),
    onSuccess: async (_, id) => {
      await client.cancelQueries({ queryKey: LISTS });
      client.setQueriesData<Pages<Business>>(
        { queryKey: LISTS },
        (pages) => pages && removeItems(pages, new Set([id])),
      );
      client.removeQueries({ queryKey: businessQuery(id).queryKey });
      recount(client);
    },
  });
}
