"use client";

import { useQuery } from "@tanstack/react-query";
import { api, take } from "@/api/client";
import { formatCount, formatDate } from "@/ui/numbers";
import { Notice } from "@/ui/panel";
import { WORKSPACE_KEY } from "../../query-keys";

/** Each call is checked by itself, so the sum against the plan is done here. */
export function PlanLimit({ wanted }: { wanted: number }) {
  const { data } = useQuery({
    queryKey: WORKSPACE_KEY,
    queryFn: ({ signal }) => take(api.GET("/v1/workspace", { signal })),
  });
  if (!data || data.limits.links_per_month === null) return null;
  const left = Math.max(0, data.limits.links_per_month - data.usage.links);
  if (wanted <= left) return null;
  return (
    <Notice tone="warn" title={`The plan allows ${formatCount(left)} more links this month`}>
      The other {formatCount(wanted - left)} would be refused. It begins anew on {formatDate(data.usage.resets_at)}.
    </Notice>
  );
}
