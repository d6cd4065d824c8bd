/** What a site is here. */
import type { Schemas } from "@/api/client";

export type Site = Schemas["Site"];
export type SiteContent = NonNullable<Site["content"]>;
export type Generator = Site["generator"];

/** What the feed of the API says at each change of a site. */
export type SiteEvent = Pick<Site, "id" | "business_id" | "status" | "step" | "progress" | "error" | "short_url">;
