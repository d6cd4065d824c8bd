"use client";

/** Links deleted, and taken back: gone from sight at once, back when the API refuses, back by Undo. */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, take } from "@/api/client";
import { type Problem, problemError } from "@/api/errors";
import { useToast } from "@/ui/toast";
import { addLink, hideLinks, recount } from "./cache";
import { countLinks, parts } from "./changes";
import type { Link } from "./link";

type Here = { client: QueryClient; toast: ReturnType<typeof useToast> };

export function useDeleteLinks() {
  const client = useQueryClient();
  const toast = useToast();
  return useCallback((links: readonly Link[]) => deleteLinks({ client, toast }, links), [client, toast]);
}

async function deleteLinks({ client, toast }: Here, links: readonly Link[]): Promise<void> {
  await hideLinks(client, new Set(links.map(({ id }) => id)));
  const left = new Map(links.map((link) => [link.id, link]));
  try {
    for (const part of parts([...left.keys()])) {
      const { results } = await take(api.POST("/v1/links/bulk/delete", { body: { ids: part } }));
      for (const { id, error } of results) if (!error) left.delete(id);
      refuse(results.flatMap(({ error }) => error ?? []));
    }
  } catch (error) {
    toast.failed(error);
  }
  for (const link of left.values()) addLink(client, link);
  const deleted = links.filter(({ id }) => !left.has(id));
  if (!deleted.length) return;
  recount(client);
  const what = deleted.length === 1 ? deleted[0]?.short_code : countLinks(deleted.length);
  const restore = () => void restoreLinks({ client, toast }, deleted);
  toast.done(`Deleted ${what}`, { label: "Undo", act: restore });
}

async function restoreLinks({ client, toast }: Here, links: readonly Link[]): Promise<void> {
  try {
    for (const part of parts(links.map(({ id }) => id))) {
      const { results } = await take(api.POST("/v1/links/bulk/restore", { body: { ids: part } }));
      for (const result of results) if ("link" in result) addLink(client, result.link);
      refuse(results.flatMap((result) => ("error" in result ? result.error : [])));
    }
    toast.done(links.length === 1 ? "The link is back" : `${countLinks(links.length)} are back`);
  } catch (error) {
    toast.failed(error);
  }
  recount(client);
}

function refuse(problems: readonly Problem[]): void {
  if (problems[0]) throw problemError(problems[0]);
}
