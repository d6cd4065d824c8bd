"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { type FeedState, follow } from "@/api/feed";
import { takeEvent } from "./cache";
import { LISTS } from "./queries";
import type { SiteEvent } from "./site";

/** Follow what becomes of sites, of all or of one, for as long as the page is shown. */
export function useSiteProgress(id: string | null = null): void {
  const client = useQueryClient();
  useEffect(() => {
    let wasOn = false;
    const tell = (state: FeedState) => {
      // What happened while nobody listened is asked for.
      if (state === "on" && wasOn) void client.invalidateQueries({ queryKey: LISTS });
      wasOn ||= state === "on";
    };
    const query = id ? `?site_id=${id}` : "";
    return follow<SiteEvent>(`/v1/sites/progress${query}`, "site", tell, (event) => takeEvent(client, event));
  }, [client, id]);
}
