"use client";

/** What came of a campaign: the sums, and each business by its clicks. */
import { useQuery } from "@tanstack/react-query";
import { Panel } from "@/ui/panel";
import { Failed, Skeleton, Waiting } from "@/ui/states";
import { ReportFigures } from "../report-figures";
import { SaveReport } from "../save-report";
import type { Campaign } from "../types";
import { reportQuery } from "../wire";
import { ReportTable } from "./report-table";

/** Clicks come long after the last message, and no event tells of them. */
const REFRESH_MS = 10_000;

export function ReportPanel({ campaign }: { campaign: Campaign }) {
  const report = useQuery({ ...reportQuery(campaign.id), refetchInterval: REFRESH_MS });
  return (
    <Panel
      title="Report"
      lead="Clicks and visitors of each site's link since its first message."
      actions={<SaveReport campaignId={campaign.id} />}
    >
      {report.data ? (
        <div className="grid gap-6">
          <ReportFigures report={report.data} />
          <ReportTable report={report.data} />
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
