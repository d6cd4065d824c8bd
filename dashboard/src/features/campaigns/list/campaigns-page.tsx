"use client";

/** All campaigns, how they go on, and what came of all of them together. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { MessageSquareOff, Plus } from "lucide-react";
import { useMay } from "@/api/session";
import { Button, ButtonLink } from "@/ui/button";
import { NoAccess } from "@/ui/no-access";
import { PageHead } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { Empty, Failed, Skeleton, Waiting } from "@/ui/states";
import { useProgress } from "../use-progress";
import { campaignsQuery, refreshWhileShort } from "../wire";
import { CampaignRow } from "./campaign-row";
import { FirstCampaign } from "./first-campaign";
import { Overall } from "./overall";

export function CampaignsPage() {
  return useMay("campaigns:read") ? <Campaigns /> : <NoAccess title="Campaigns" what="see campaigns" />;
}

function Campaigns() {
  const mayWrite = useMay("campaigns:write");
  const list = useInfiniteQuery({ ...campaignsQuery, refetchInterval: refreshWhileShort });
  useProgress(null);
  const campaigns = list.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <>
      <PageHead
        title="Campaigns"
        lead="Messages to businesses, each with the link of its site."
        actions={
          <>
            <ButtonLink href="/campaigns/opt-outs" icon={MessageSquareOff}>
              Opt-outs
            </ButtonLink>
            {mayWrite && campaigns.length > 0 && (
              <ButtonLink look="primary" icon={Plus} href="/campaigns/new">
                New campaign
              </ButtonLink>
            )}
          </>
        }
      />
      {list.isPending ? (
        <ListWaiting />
      ) : list.error && !list.data ? (
        <Failed error={list.error} onRetry={() => void list.refetch()} />
      ) : campaigns.length === 0 ? (
        mayWrite ? (
          <FirstCampaign />
        ) : (
          <Panel>
            <Empty title="No campaign yet">Your role lets you read campaigns. A member can make the first one.</Empty>
          </Panel>
        )
      ) : (
        <div className="grid gap-6">
          <Overall />
          <div>
            <ol aria-label="Campaigns" className="border-t border-line">
              {campaigns.map((campaign) => (
                <CampaignRow key={campaign.id} campaign={campaign} />
              ))}
            </ol>
            {list.hasNextPage && (
              <div className="flex justify-center pt-4">
                <Button isBusy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                  Show older campaigns
                </Button>
              </div>
            )}
          </div>
        </div>
      )}
    </>
  );
}

function ListWaiting() {
  return (
    <Waiting label="Loading campaigns" className="grid gap-6">
      <Skeleton className="h-28 w-full" />
      <div className="grid gap-3">
        {[0, 1, 2, 3].map((row) => (
          <Skeleton key={row} className="h-20 w-full" />
        ))}
      </div>
    </Waiting>
  );
}
