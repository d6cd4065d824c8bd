import { classes } from "@/ui/classes";
import { formatCount, formatShare } from "@/ui/numbers";

const CLOSE = 0.8;

/** How much of a limit is used: in words, and as a bar where there is a limit. */
export function UsageBar({
  label,
  used,
  limit,
  note,
}: {
  label: string;
  used: number;
  limit: number | null;
  note: string;
}) {
  const part = limit === null ? 0 : limit === 0 ? 1 : used / limit;
  return (
    <div className="grid gap-1.5">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span className="font-medium">{label}</span>
        <span className="text-sm text-quiet">
          <span className="figures text-base text-ink">{formatCount(used)}</span>
          {limit === null ? ", no limit" : ` of ${formatCount(limit)} (${formatShare(part)})`}
        </span>
      </div>
      {limit !== null && (
        <div aria-hidden className="h-2 overflow-hidden rounded-full bg-sunken">
          <div
            className={classes("h-full rounded-full", part >= 1 ? "bg-bad" : part >= CLOSE ? "bg-warn" : "bg-ink")}
            style={{ width: `${Math.min(part, 1) * 100}%`, minWidth: used > 0 ? "0.5rem" : 0 }}
          />
        </div>
      )}
      <p className="text-xs text-quiet">{note}</p>
    </div>
  );
}
