"use client";

/** What is done to links: made and changed. What is shown changes at once, and back when the API refuses. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, type Schemas, take } from "@/api/client";
import { useToast } from "@/ui/toast";
import { addLink, putLink, recount } from "./cache";
import type { Link } from "./link";

const MAX_AT_ONCE = 1000;

export type LinkCreate = Schemas["LinkCreate"];
export type LinkUpdate = Schemas["LinkUpdate"];
export type BulkEdit = Omit<Schemas["BulkEdit"], "ids">;

/** What a form sends: what the API would put in by itself may be left out. */
export type NewLink = Pick<LinkCreate, "target_url"> & Partial<LinkCreate>;

export function useCreateLink() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (draft: NewLink) => take(api.POST("/v1/links", { body: draft as LinkCreate })),
    onSuccess: (link) => {
      addLink(client, link);
      recount(client);
    },
  });
}

export function useEditLink() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, changes }: { id: string; changes: Partial<LinkUpdate> }) =>
      take(api.PATCH("/v1/links/{link_id}", { params: { path: { link_id: id } }, body: changes as LinkUpdate })),
    onSuccess: (link, { changes }) => {
      putLink(client, link);
      if (changes.tags) recount(client);
    },
  });
}

/** Return what enables or disables a link: seen at once, taken back when it is refused. */
export function useSwitchLink() {
  const client = useQueryClient();
  const toast = useToast();
  const { mutate } = useEditLink();
  return useCallback(
    (link: Link, isActive: boolean) => {
      putLink(client, { ...link, is_active: isActive });
      mutate(
        { id: link.id, changes: { is_active: isActive } },
        {
          onSuccess: () =>
            toast.done(isActive ? `${link.short_code} leads on again` : `${link.short_code} is disabled`),
          onError: (error) => {
            putLink(client, link);
            toast.failed(error);
          },
        },
      );
    },
    [client, toast, mutate],
  );
}

/** Return what changes many links, and tells how many could not be changed. */
export function useEditMany() {
  const client = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: async ({ ids, edit }: { ids: readonly string[]; edit: BulkEdit; done: (count: number) => string }) => {
      const results = [];
      for (const part of parts(ids)) {
        const answer = await take(api.PATCH("/v1/links/bulk", { body: { ids: part, ...edit } }));
        for (const result of answer.results) if ("link" in result) putLink(client, result.link);
        results.push(...answer.results);
      }
      return results;
    },
    onSuccess: (results, { done }) => {
      const refused = results.flatMap((result) => ("error" in result ? [result.error] : []));
      const changed = results.length - refused.length;
      if (changed) toast.done(done(changed));
      if (refused[0]) toast.failed(`${countLinks(refused.length)} stayed as before. ${refused[0].detail}`);
      recount(client);
    },
    onError: (error) => toast.failed(error),
  });
}

export const countLinks = (count: number): string => (count === 1 ? "1 link" : `${count.toLocaleString()} links`);

/** Return the ids in parts that the API takes at once. */
export const parts = (ids: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(ids.length / MAX_AT_ONCE) }, (_, at) =>
    ids.slice(at * MAX_AT_ONCE, (at + 1) * MAX_AT_ONCE),
  );
