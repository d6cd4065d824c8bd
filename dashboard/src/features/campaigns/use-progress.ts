"use client";

/** Campaigns as they go on, put into whatever is shown of them. */
import { type InfiniteData, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type FeedState, follow } from "@/api/feed";
import type { Campaign, CampaignStatus, ListedCampaign, Page, Totals } from "./types";
import { CAMPAIGNS_KEY, campaignQuery, isShort, LIST_KEY, messagesKey, REPORTS_KEY } from "./wire";

type Progress = { id: string; status: CampaignStatus; totals: Totals };

/** Lists of messages and reports are counted anew by the server: not more often than this. */
const RECOUNT_MS = 3_000;

/** Follow one campaign, or all of the workspace; returns how the feed is. */
export function useProgress(id: string | null, isOn = true): FeedState {
  const client = useQueryClient();
  const [state, setState] = useState<FeedState>("starting");
  useEffect(() => {
    if (!isOn) return;
    const recount = atMostEvery(RECOUNT_MS, () => {
      const counted = [...(id ? [messagesKey(id)] : []), LIST_KEY, REPORTS_KEY];
      for (const queryKey of counted) void client.invalidateQueries({ queryKey, predicate: isShort });
    });
    const address = `/v1/campaigns/progress${id ? `?campaign_id=${id}` : ""}`;
    let wasAway = false;
    const unfollow = follow<Progress>(
      address,
      "campaign",
      (now) => {
        setState(now);
        // What happened meanwhile was told to nobody.
        if (now === "on" && wasAway) void client.invalidateQueries({ queryKey: CAMPAIGNS_KEY });
        wasAway = now === "away" || now === "resting";
      },
      (event) => {
        // Each is told once at the beginning, as it is known already.
        if (putProgress(client, event)) recount.run();
      },
    );
    return () => {
      unfollow();
      recount.stop();
    };
  }, [client, id, isOn]);
  return state;
}

/** Show a campaign as it is now, wherever it is shown. */
export function putCampaign(client: QueryClient, campaign: Campaign): void {
  client.setQueryData(campaignQuery(campaign.id).queryKey, campaign);
  patchLists(client, campaign.id, campaign);
}

/** Returns whether anything is other than it was known to be. */
function putProgress(client: QueryClient, { id, status, totals }: Progress): boolean {
  const known = client.getQueryData<Campaign>(campaignQuery(id).queryKey);
  const listed = client
    .getQueryData<InfiniteData<Page<ListedCampaign>>>(LIST_KEY)
    ?.pages.flatMap((page) => page.data)
    .find((one) => one.id === id);
  const isNew = [known, listed].some((one) => one && !isSame(one, status, totals));
  if (!isNew) return !known && !listed;
  if (known) client.setQueryData(campaignQuery(id).queryKey, { ...known, status, totals });
  patchLists(client, id, { status, totals });
  // When it began, ended or was stopped, and why, is not in the event.
  const isTurned = (known ?? listed)?.status !== status;
  if (known && isTurned) void client.invalidateQueries({ queryKey: campaignQuery(id).queryKey });
  if (listed && isTurned) void client.invalidateQueries({ queryKey: LIST_KEY });
  return true;
}

const isSame = (one: Campaign, status: CampaignStatus, totals: Totals): boolean =>
  one.status === status && (Object.keys(totals) as (keyof Totals)[]).every((name) => one.totals[name] === totals[name]);

function patchLists(client: QueryClient, id: string, patch: Partial<Campaign>): void {
  client.setQueryData<InfiniteData<Page<ListedCampaign>>>(LIST_KEY, (list) => {
    if (!list?.pages.some((page) => page.data.some((one) => one.id === id))) return list;
    const pages = list.pages.map((page) => ({
      ...page,
      data: page.data.map((one) => (one.id === id ? { ...one, ...patch } : one)),
    }));
    return { ...list, pages };
  });
}

/** Return what does it at once, and then once for all calls of the next `ms`. */
export function atMostEvery(ms: number, act: () => void): { run: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isWanted = false;
  const rest = () => {
    timer = undefined;
    if (isWanted) run();
  };
  const run = () => {
    isWanted = timer !== undefined;
    if (isWanted) return;
    act();
    timer = setTimeout(rest, ms);
  };
  return { run, stop: () => clearTimeout(timer) };
}
