"use client";

/** What came of a campaign: the sums, and each business by its clicks. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Panel } from "@/ui/panel";
import { Failed, Skeleton, Waiting } from "@/ui/states";
import { ReportFigures } from "../report-figures";
import { SaveReport } from "../save-report";
import type { Campaign } from "../types";
import { refreshWhileShort, reportQuery } from "../wire";
import { ReportTable } from "./report-table";

export function ReportPanel({ campaign }: { campaign: Campaign }) {
  const report = useInfiniteQuery({ ...reportQuery(campaign.id), refetchInterval: refreshWhileShort });
  const sums = report.data?.pages[0];
  return (
    <Panel
      title="Report"
      lead="Clicks and visitors of each site's link since its first message."
      actions={<SaveReport campaignId={campaign.id} />}
    >
      {sums ? (
        <div className="grid gap-6">
          <ReportFigures report={sums} />
          <ReportTable report={report} all={campaign.totals.messages} />
        </div>
      ) : report.error ? (
        <Failed error={report.error} onRetry={() => void report.refetch()} />
      ) : (
        <Waiting label="Loading the report" className="grid gap-5">
          <Skeleton className="h-14 w-full" />
          <Skeleton className="h-40 w-full" />
        </Waiting>
      )}
    </Panel>
  );
}
