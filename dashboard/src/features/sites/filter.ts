/** Which sites the gallery shows: read from the address bar and sent to the API. */
import type { paths } from "@/api/schema";
import { STATUS_WORDS, type Status } from "./status";

export type SiteFilter = { q: string; status: Status | "" };

export const STATUSES: readonly { value: Status | ""; label: string }[] = [
  { value: "", label: "All" },
  { value: "completed", label: STATUS_WORDS.completed },
  { value: "generating", label: STATUS_WORDS.generating },
  { value: "queued", label: STATUS_WORDS.queued },
  { value: "failed", label: STATUS_WORDS.failed },
];

type ListQuery = NonNullable<paths["/v1/sites"]["get"]["parameters"]["query"]>;

export function readFilter(params: URLSearchParams): SiteFilter {
  const status = params.get("status");
  return { q: params.get("q") ?? "", status: STATUSES.find(({ value }) => value === status)?.value ?? "" };
}

export const toQuery = ({ q, status }: SiteFilter): ListQuery => ({
  ...(q.trim() && { q: q.trim() }),
  ...(status && { status }),
});

export const isNarrow = (filter: SiteFilter): boolean => Object.keys(toQuery(filter)).length > 0;
