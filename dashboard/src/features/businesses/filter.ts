/** Which businesses the list shows: read from the address bar and sent to the API. */
import type { paths } from "@/api/schema";
import type { Business } from "./business";

export const SITE_STATES = [
  { value: "", label: "All" },
  { value: "with", label: "With a site" },
  { value: "without", label: "Without" },
] as const;

export type SiteState = (typeof SITE_STATES)[number]["value"];
export type BusinessFilter = { q: string; category: string; country: string; site: SiteState };

export type ListQuery = NonNullable<paths["/v1/businesses"]["get"]["parameters"]["query"]>;

/** Return the filter that an address holds. What nobody knows there is ignored. */
export function readFilter(params: URLSearchParams): BusinessFilter {
  const site = params.get("has_site");
  return {
    q: params.get("q") ?? "",
    category: params.get("category") ?? "",
    country: params.get("country") ?? "",
    site: SITE_STATES.find(({ value }) => value === site)?.value ?? "",
  };
}

/** Return the filter as the API takes it. */
export function toQuery({ q, category, country, site }: BusinessFilter): ListQuery {
  return {
    ...(q.trim() && { q: q.trim() }),
    ...(category && { category }),
    ...(country && { country }),
    ...(site && { has_site: site === "with" }),
  };
}

/** Return where the API writes all businesses of the filter into a CSV file. */
export function exportAddress(filter: BusinessFilter): string {
  const texts = Object.entries(toQuery(filter)).map(([name, value]) => [name, String(value)]);
  return `/v1/businesses/export?${new URLSearchParams([["format", "csv"], ...texts])}`;
}

/** Return whether it leaves any business out. */
export const isNarrow = (filter: BusinessFilter): boolean => Object.keys(toQuery(filter)).length > 0;

/** Return whether the list would show this business. */
export function includes({ q, category, country, site }: BusinessFilter, business: Business): boolean {
  const sought = q.trim().toLowerCase();
  const texts = [business.name, business.phone ?? "", business.email ?? ""];
  return (
    (!sought || texts.some((text) => text.toLowerCase().includes(sought))) &&
    (!category || business.category === category) &&
    (!country || business.country === country) &&
    (!site || (business.site !== null) === (site === "with"))
  );
}
