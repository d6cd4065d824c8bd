import { Download } from "lucide-react";
import { reportFile } from "./wire";

/** The report as a file for spreadsheets; the browser writes it to the disk as it comes. */
export function SaveReport({ campaignId }: { campaignId: string | null }) {
  return (
    <a
      href={reportFile(campaignId)}
      download={campaignId ? `campaign-${campaignId}.csv` : "campaigns.csv"}
      className="inline-flex h-8 items-center gap-2 rounded-md border border-line bg-panel px-3 text-sm whitespace-nowrap no-underline transition-colors hover:border-edge max-sm:h-10"
    >
      <Download aria-hidden className="size-4" />
      Save as CSV
    </a>
  );
}
