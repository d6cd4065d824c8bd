/** What a row of a file can say about a link. */
import type { Schemas } from "@/api/client";

export type FieldName =
  | "target_url"
  | "short_code"
  | "title"
  | "tags"
  | "domain"
  | "expires_at"
  | "expired_url"
  | "max_clicks"
  | "password"
  | "is_active"
  | "redirect_status"
  | "cache_seconds"
  | "link_type"
  | "metadata";

/** A link as it is sent; of what is not set, the API has defaults. */
export type NewLink = Pick<Schemas["LinkCreate"], "target_url"> & Partial<Schemas["LinkCreate"]>;

export const FIELDS: readonly { name: FieldName; label: string; isRare?: boolean }[] = [
  { name: "target_url", label: "Destination" },
  { name: "short_code", label: "Short code" },
  { name: "title", label: "Title" },
  { name: "tags", label: "Tags" },
  { name: "domain", label: "Domain", isRare: true },
  { name: "expires_at", label: "Expires at", isRare: true },
  { name: "expired_url", label: "Leads elsewhere once expired", isRare: true },
  { name: "max_clicks", label: "Most clicks", isRare: true },
  { name: "password", label: "Password", isRare: true },
  { name: "is_active", label: "Active", isRare: true },
  { name: "redirect_status", label: "Redirect status", isRare: true },
  { name: "cache_seconds", label: "Cached for seconds", isRare: true },
  { name: "link_type", label: "Link type", isRare: true },
  { name: "metadata", label: "Metadata", isRare: true },
];
