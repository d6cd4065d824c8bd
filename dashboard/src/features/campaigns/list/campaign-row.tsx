import Link from "next/link";
import { formatAgo, formatCount, formatMoment } from "@/ui/numbers";
import { Badge } from "@/ui/panel";
import { describe, ProgressBar } from "../progress-bar";
import type { Campaign, ListedCampaign } from "../types";
import { CAMPAIGN_WORDS } from "../words";

export function CampaignRow({ campaign }: { campaign: ListedCampaign }) {
  const { label, tone } = CAMPAIGN_WORDS[campaign.status];
  const { sent, delivered, failed, messages } = campaign.totals;
  return (
    <li className="relative grid gap-x-6 gap-y-2.5 border-b border-line px-2 py-4 transition-colors hover:bg-panel sm:grid-cols-[minmax(0,1fr)_minmax(0,17rem)] lg:grid-cols-[minmax(0,1fr)_minmax(0,14rem)_19rem] lg:items-center">
      <div className="grid min-w-0 gap-1">
        <div className="flex min-w-0 flex-wrap items-center gap-x-2.5 gap-y-1">
          <Link
            href={`/campaigns/view?id=${campaign.id}`}
            className="min-w-0 font-semibold wrap-anywhere no-underline after:absolute after:inset-0"
          >
            {campaign.name}
          </Link>
          <Badge tone={tone}>{label}</Badge>
        </div>
        <p className="text-sm text-quiet">{whenOf(campaign)}</p>
      </div>
      <div className="grid gap-1.5">
        <ProgressBar campaign={campaign} isThin />
        <p aria-hidden className="text-xs text-quiet">
          {describe(campaign)}
        </p>
      </div>
      <dl className="grid grid-cols-4 gap-3 sm:col-span-2 lg:col-span-1 lg:text-right">
        <Figure name="Sent" count={sent + delivered} isKnown={messages > 0} />
        <Figure name="Delivered" count={delivered} isKnown={messages > 0} />
        <Figure name="Failed" count={failed} isKnown={messages > 0} isBad={failed > 0} />
        <Figure name="Clicks" count={campaign.clicks} isKnown={campaign.started_at !== null} />
      </dl>
    </li>
  );
}

type FigureProps = { name: string; count: number; isKnown: boolean; isBad?: boolean };

function Figure({ name, count, isKnown, isBad = false }: FigureProps) {
  return (
    <div>
      <dt className="text-xs text-quiet">{name}</dt>
      <dd className={isBad ? "figures text-bad" : "figures"}>{isKnown ? formatCount(count) : "–"}</dd>
    </div>
  );
}

function whenOf({ status, scheduled_at, started_at, finished_at, created_at }: Campaign): string {
  if (finished_at) return `${status === "cancelled" ? "Cancelled" : "Finished"} ${formatAgo(finished_at)}`;
  if (started_at) return `Began ${formatAgo(started_at)}`;
  if (scheduled_at) return `Begins ${formatMoment(scheduled_at)}`;
  return `Made ${formatAgo(created_at)}`;
}
