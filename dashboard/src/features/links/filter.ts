/** What the list shows: read from the address bar, sent to the API, and asked of a link that was just made. */
import type { paths } from "@/api/schema";
import type { Link } from "./link";

export const SORTS = [
  { value: "-created_at", label: "Newest first" },
  { value: "created_at", label: "Oldest first" },
  { value: "-clicks", label: "Most clicks first" },
] as const;

export const STATES = [
  { value: "", label: "All" },
  { value: "active", label: "Active" },
  { value: "disabled", label: "Disabled" },
] as const;

export type Sort = (typeof SORTS)[number]["value"];
export type StateFilter = (typeof STATES)[number]["value"];

export type LinkFilter = {
  q: string;
  tag: string;
  domain: string;
  type: string;
  state: StateFilter;
  sort: Sort;
};

type ListQuery = NonNullable<paths["/v1/links"]["get"]["parameters"]["query"]>;

const oneOf = <T extends string>(options: readonly { value: T }[], value: string | null, otherwise: T): T =>
  options.find((option) => option.value === value)?.value ?? otherwise;

/** Return the filter that an address holds. What nobody knows there is ignored. */
export function readFilter(params: URLSearchParams): LinkFilter {
  return {
    q: params.get("q") ?? "",
    tag: params.get("tag") ?? "",
    domain: params.get("domain") ?? "",
    type: params.get("type") ?? "",
    state: oneOf(STATES, params.get("state"), ""),
    sort: oneOf(SORTS, params.get("sort"), "-created_at"),
  };
}

/** Return the filter as the API takes it. */
export function toQuery({ q, tag, domain, type, state, sort }: LinkFilter): ListQuery {
  return {
    ...(q.trim() && { q: q.trim() }),
    ...(tag && { tag }),
    ...(domain && { domain }),
    ...(type && { link_type: type }),
    ...(state && { is_active: state === "active" }),
    sort,
  };
}

/** Return where the API writes all links of the filter into a CSV file. */
export function exportAddress(filter: LinkFilter): string {
  const { sort, ...query } = toQuery(filter);
  const texts = Object.entries(query).map(([name, value]) => [name, String(value)]);
  return `/v1/links/export?${new URLSearchParams([["format", "csv"], ...texts])}`;
}

/** Return whether it leaves any link out. */
export const isNarrow = ({ q, tag, domain, type, state }: LinkFilter): boolean =>
  Boolean(q.trim() || tag || domain || type || state);

/** Return whether the list would show this link. */
export function includes({ q, tag, domain, type, state }: LinkFilter, link: Link): boolean {
  const sought = q.trim().toLowerCase();
  const texts = [link.short_code, link.title ?? "", link.target_url];
  return (
    (!sought || texts.some((text) => text.toLowerCase().includes(sought))) &&
    (!tag || link.tags.includes(tag)) &&
    (!domain || link.domain === domain) &&
    (!type || link.link_type === type) &&
    (!state || link.is_active === (state === "active"))
  );
}
