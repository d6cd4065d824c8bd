import type { FeedState } from "@/api/feed";
import { formatCount, formatMoment } from "@/ui/numbers";
import { Notice, Panel } from "@/ui/panel";
import { describe, ProgressBar, ProgressLegend } from "../progress-bar";
import type { Campaign } from "../types";
import { isOver, SKIP_WORDS, skipsOf } from "../words";

/** How far it is, live, and what it keeps to. */
export function ProgressPanel({ campaign, feed }: { campaign: Campaign; feed: FeedState }) {
  const skips = skipsOf(campaign.skipped);
  return (
    <Panel>
      <div className="grid gap-4">
        {campaign.note && <Notice tone="warn">{campaign.note}</Notice>}
        <div className="grid gap-2">
          <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
            <p role="status" className="font-medium">
              {describe(campaign)}
            </p>
            {!isOver(campaign.status) && <Feed state={feed} />}
          </div>
          <ProgressBar campaign={campaign} />
        </div>
        <ProgressLegend campaign={campaign} />
        <div className="grid gap-1 border-t border-line pt-3 text-sm text-quiet">
          <p>{plan(campaign)}</p>
          {skips.length > 0 && (
            <p>
              Left out:{" "}
              {skips.map(({ reason, count }) => `${formatCount(count)} ${SKIP_WORDS[reason].label}`).join(", ")}.
            </p>
          )}
        </div>
      </div>
    </Panel>
  );
}

function Feed({ state }: { state: FeedState }) {
  if (state === "on") return <span className="text-sm text-good">Live</span>;
  return <span className="text-sm text-quiet">{state === "away" ? "No connection, trying again" : "Connecting"}</span>;
}

function plan({ scheduled_at, started_at, rate_per_second, quiet_from, quiet_until, time_zone }: Campaign): string {
  const begin = started_at
    ? `Began ${formatMoment(started_at)}`
    : scheduled_at
      ? `Begins ${formatMoment(scheduled_at)}`
      : "Begins as soon as its messages are written";
  const quiet =
    quiet_from && quiet_until ? `not between ${quiet_from} and ${quiet_until} where people are` : "at any hour";
  return `${begin}, at most ${formatCount(rate_per_second)} a second, ${quiet} (${time_zone.replaceAll("_", " ")} where that is not known).`;
}
