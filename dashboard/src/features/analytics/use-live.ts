"use client";

/** Clicks as they happen. The feed rests while nobody sees the page, and comes back by itself. */
import { useEffect, useState } from "react";
import type { Schemas } from "@/api/client";
import type { Bots, Dimension, Filters } from "./question";
import type { OwnSource } from "./use-analytics";

export type LiveClick = Schemas["ClickEvent"] & { short_code: string };
/** away: nobody answers at the moment; resting: the page is hidden. */
export type LiveState = "starting" | "on" | "away" | "resting";

const KEPT = 50;
/** A busy link has hundreds of clicks a second: the page is drawn anew for some of them at once. */
const GATHER_MS = 200;
const RETRY_MS = 5_000;

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
    const unfollow = follow(address, setState, (click) => {
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

/** Listen until the returned function is called. */
function follow(address: string, tell: (state: LiveState) => void, take: (click: LiveClick) => void): () => void {
  let feed: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const close = () => {
    clearTimeout(timer);
    feed?.close();
    feed = null;
  };
  const open = () => {
    close();
    feed = new EventSource(address);
    feed.addEventListener("open", () => tell("on"));
    feed.addEventListener("click", (event) => take(JSON.parse(event.data) as LiveClick));
    feed.addEventListener("error", () => {
      tell("away");
      // A lost connection it opens again by itself; after a refusal it never would.
      if (feed?.readyState === EventSource.CLOSED) timer = setTimeout(open, RETRY_MS);
    });
  };
  const look = () => {
    if (document.hidden) {
      close();
      tell("resting");
    } else if (!feed) {
      tell("starting");
      open();
    }
  };
  look();
  document.addEventListener("visibilitychange", look);
  return () => {
    document.removeEventListener("visibilitychange", look);
    close();
  };
}
