"use client";

/** One campaign: how it goes on, what can be done about it, what came of it, and each of its messages. */
import { useQuery } from "@tanstack/react-query";
import { ApiError } from "@/api/errors";
import { useMay } from "@/api/session";
import { useUrlState } from "@/shell/url-state";
import { ButtonLink } from "@/ui/button";
import { NoAccess } from "@/ui/no-access";
import { PageHead } from "@/ui/page";
import { Badge, Panel } from "@/ui/panel";
import { Empty, Failed, Skeleton, Waiting } from "@/ui/states";
import { BackToAll } from "../back-to-all";
import type { Campaign } from "../types";
import { useProgress } from "../use-progress";
import { campaignQuery } from "../wire";
import { CAMPAIGN_WORDS, providerName, VARIANTS } from "../words";
import { Controls } from "./controls";
import { Messages } from "./messages";
import { ProgressPanel } from "./progress-panel";
import { ReportPanel } from "./report-panel";

export function CampaignPage() {
  return useMay("campaigns:read") ? <OfAddress /> : <NoAccess title="Campaign" what="see campaigns" />;
}

function OfAddress() {
  const { params } = useUrlState();
  const id = params.get("id");
  return id ? <One key={id} id={id} /> : <NoCampaign />;
}

function One({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(campaignQuery(id));
  const feed = useProgress(id, data !== undefined);
  if (error instanceof ApiError && (error.status === 404 || error.status === 422)) return <NoCampaign />;
  if (!data) {
    if (error) return <Failed error={error} onRetry={() => void refetch()} />;
    return <PageWaiting />;
  }
  return (
    <>
      <Head campaign={data} />
      <div className="grid gap-6">
        <ProgressPanel campaign={data} feed={feed} />
        {data.started_at && <ReportPanel campaign={data} />}
        <Messages campaign={data} />
      </div>
    </>
  );
}

function Head({ campaign }: { campaign: Campaign }) {
  const { label, tone } = CAMPAIGN_WORDS[campaign.status];
  const variant = VARIANTS.find(({ value }) => value === campaign.variant)?.label.toLowerCase();
  return (
    <>
      <BackToAll />
      <PageHead
        title={<span className="wrap-anywhere">{campaign.name}</span>}
        lead={
          <span className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
            <Badge tone={tone}>{label}</Badge>
            <span>
              {variant === "your own" ? "Your own text" : `The ${variant} text`}, by {providerName(campaign.provider)}
            </span>
          </span>
        }
        actions={<Controls campaign={campaign} />}
      />
    </>
  );
}

function NoCampaign() {
  return (
    <>
      <PageHead title="Campaign" />
      <Panel>
        <Empty title="There is no such campaign" action={<ButtonLink href="/campaigns">Show all campaigns</ButtonLink>}>
          The address is not complete, or it belongs to another workspace.
        </Empty>
      </Panel>
    </>
  );
}

function PageWaiting() {
  return (
    <Waiting label="Loading the campaign" className="grid gap-6 pt-9">
      <Skeleton className="h-14 w-80 max-w-full" />
      <Skeleton className="h-44 w-full" />
      <Skeleton className="h-64 w-full" />
    </Waiting>
  );
}
