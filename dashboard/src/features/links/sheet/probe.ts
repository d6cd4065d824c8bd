"use client";

/** Asks the API what it would say of a destination or a code, while it is typed. Nothing is written by it. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, type Schemas, take } from "@/api/client";
import { useSettled } from "@/ui/use-settled";

const TYPING_MS = 300;

type Probe = Schemas["LinkProbe"];

/** Return the verdict about `probe` and whether it is about what stands there now; null asks nothing. */
export function useProbe(probe: Probe | null) {
  const asked = useSettled(JSON.stringify(probe), TYPING_MS);
  const { data, isPlaceholderData } = useQuery({
    queryKey: ["links", "probe", asked],
    queryFn: ({ signal }) => take(api.POST("/v1/links/check", { body: JSON.parse(asked) as Probe, signal })),
    enabled: asked !== "null",
    placeholderData: keepPreviousData,
    // A verdict helps while somebody types. Without one, saving says the same.
    retry: false,
  });
  const isCurrent = asked === JSON.stringify(probe) && asked !== "null" && !isPlaceholderData;
  return isCurrent ? data : undefined;
}
