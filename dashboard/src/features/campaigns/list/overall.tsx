"use client";

import { useQuery } from "@tanstack/react-query";
import { Panel } from "@/ui/panel";
import { Failed, Skeleton, Waiting } from "@/ui/states";
import { ReportFigures } from "../report-figures";
import { SaveReport } from "../save-report";
import { overallQuery } from "../wire";

/** What came of all campaigns together. */
export function Overall() {
  const report = useQuery(overallQuery);
  return (
    <Panel title="All campaigns" actions={<SaveReport campaignId={null} />}>
      {report.data ? (
        <ReportFigures report={report.data} />
      ) : report.error ? (
        <Failed error={report.error} onRetry={() => void report.refetch()} />
      ) : (
        <Waiting label="Loading the report" className="grid grid-cols-2 gap-5 sm:grid-cols-4 lg:grid-cols-7">
          {[0, 1, 2, 3, 4, 5, 6].map((figure) => (
            <Skeleton key={figure} className="h-14 w-full" />
          ))}
        </Waiting>
      )}
    </Panel>
  );
}
