"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, take } from "@/api/client";
import { ApiError, sentence } from "@/api/errors";
import { useSettled } from "@/ui/use-settled";
import { htmlQuery, SITES } from "../queries";
import type { Site } from "../site";
import { byPath, type Draft } from "./content-draft";

const TYPING_MS = 350;

/** Return the page with these changes laid out, which are nowhere stored; without any, the page as it is. */
export function usePreview(site: Site, changes: Partial<Draft> | null) {
  const now = JSON.stringify(changes);
  const asked = useSettled(now, TYPING_MS);
  const isChanged = asked !== "null";
  const stored = useQuery({ ...htmlQuery(site), enabled: !isChanged });
  const drawn = useQuery({
    queryKey: [...SITES, "render", site.id, asked],
    queryFn: async ({ signal }) => {
      const body = JSON.parse(asked) as Partial<Draft>;
      const params = { path: { site_id: site.id } };
      return (await take(api.POST("/v1/sites/{site_id}/render", { params, body, signal }))).html;
    },
    enabled: isChanged,
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 30_000,
  });
  const shown = isChanged ? drawn : stored;
  const errors = isChanged && drawn.error instanceof ApiError ? byPath(drawn.error.fields) : {};
  const isAtField = Object.keys(errors).length > 0;
  return {
    html: shown.data ?? stored.data,
    isOld: now !== asked || shown.isFetching,
    errors,
    told:
      shown.error && !isAtField ? sentence(shown.error) : isAtField ? "Something in the form is not right yet" : null,
  };
}
