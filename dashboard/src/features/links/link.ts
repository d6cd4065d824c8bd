/** What a link is here, and what can be told of it without asking anybody. */
import type { Schemas } from "@/api/client";
import { withoutScheme } from "@/ui/addresses";

export type Link = Schemas["Link"];
export type LinkPage = Schemas["LinkPage"];

export type LinkState = "taken_down" | "disabled" | "expired" | "used_up";

/** Return why a link does not lead to its destination; null when it does. */
export function findObstacle(link: Link, now = Date.now()): LinkState | null {
  if (link.disabled_reason) return "taken_down";
  if (!link.is_active) return "disabled";
  if (link.expires_at && new Date(link.expires_at).getTime() <= now) return "expired";
  if (link.max_clicks !== null && link.clicks >= link.max_clicks) return "used_up";
  return null;
}

/** Return what stands before the code of a short address: "go.example.com/". */
export const prefixOf = (link: Link): string => {
  const shown = withoutScheme(link.short_url);
  return shown.endsWith(link.short_code) ? shown.slice(0, -link.short_code.length) : `${link.domain}/`;
};
