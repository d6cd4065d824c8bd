"use client";

/** Clicks as they happen. The feed rests while nobody sees the page, and comes back by itself. */
import { useEffect, useState } from "react";
import type { Schemas } from "@/api/client";
import { type FeedState, follow } from "@/api/feed";
import type { Bots, Dimension, Filters } from "./question";
import type { OwnSource } from "./use-analytics";

export type LiveClick = Schemas["ClickEvent"] & { short_code: string };
export type LiveState = FeedState;

const KEPT = 50;
/** A busy link has hundreds of clicks a second: the page is drawn anew for some of them at once. */
const GATHER_MS = 200;

/** Return the latest clicks, newest first, and how the feed is. */
export function useLive(source: OwnSource, onClick: () => void): { clicks: LiveClick[]; state: LiveState } {
  const [clicks, setClicks] = useState<LiveClick[]>([]);
  const [state, setState] = useState<LiveState>("starting");
  const address = addressOf(source);
  useEffect(() => {
    setClicks([]);
    let waiting: LiveClick[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = () => {
      const fresh = waiting;
      waiting = [];
      timer = undefined;
      setClicks((known) => merge(fresh, known));
      onClick();
    };
    const unfollow = follow<LiveClick>(address, "click", setState, (click) => {
      waiting = [click, ...waiting].slice(0, KEPT);
      timer ??= setTimeout(show, GATHER_MS);
    });
    return () => {
      clearTimeout(timer);
      unfollow();
    };
  }, [address, onClick]);
  return { clicks, state };
}

/** Return the fresh clicks and then the known ones; after a pause the feed may send one twice. */
export function merge(fresh: readonly LiveClick[], known: readonly LiveClick[]): LiveClick[] {
  const seen = new Set<string>();
  return [...fresh, ...known].filter(({ id }) => !seen.has(id) && seen.add(id)).slice(0, KEPT);
}

/** Whether a click is one of those that are shown. */
export function isShown(click: LiveClick, filters: Filters, bots: Bots): boolean {
  if (click.is_bot ? bots === "out" : bots === "only") return false;
  const values: Record<Dimension, string> = {
    country: click.country_code ?? "",
    city: click.city ?? "",
    device: click.device_type,
    browser: click.browser ?? "",
    os: click.os ?? "",
    referer: hostOf(click.referer ?? ""),
  };
  return Object.entries(filters).every(([dimension, value]) => values[dimension as Dimension] === value);
}

/** As the API does it: what stands between `://` and the next `/`, `?` or `#`, in small letters. */
export function hostOf(referer: string): string {
  const rest = referer.toLowerCase();
  const start = rest.indexOf("://");
  return (start < 0 ? rest : rest.slice(start + 3)).split(/[/?#]/, 1)[0] ?? "";
}

function addressOf(source: OwnSource): string {
  const query = new URLSearchParams();
  if ("link" in source) query.set("link_id", source.link);
  else if (source.tag !== null) query.set("tag", source.tag);
  return `/v1/analytics/live?${query}`;
}
