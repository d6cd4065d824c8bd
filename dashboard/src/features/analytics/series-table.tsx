import { bucketLabel } from "@/charts/time-labels";
import { formatCount } from "@/ui/numbers";
import type { Answer } from "./use-analytics";

const CELL = "border-t border-line py-2 pr-3 text-right figures";

/** The chart over time in rows, newest first. */
export function SeriesTable({ answer, before, name }: { answer: Answer; before: Answer | undefined; name: string }) {
  const rows = answer.series.map((point, index) => ({ ...point, before: before?.series[index]?.clicks })).reverse();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section aria-label={name} tabIndex={0} className="max-h-66 overflow-y-auto rounded-sm">
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{name}</caption>
        <thead className="sticky top-0 bg-panel text-quiet">
          <tr>
            <th scope="col" className="py-2 text-left font-medium">
              Time
            </th>
            <th scope="col" className="py-2 pr-3 text-right font-medium">
              Clicks
            </th>
            <th scope="col" className="py-2 pr-3 text-right font-medium">
              Visitors
            </th>
            {before && (
              <th scope="col" className="py-2 pr-3 text-right font-medium">
                Clicks before
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.start}>
              <th scope="row" className="border-t border-line py-2 text-left font-normal">
                {bucketLabel(row.start, answer.interval, answer.timezone)}
              </th>
              <td className={CELL}>{formatCount(row.clicks)}</td>
              <td className={CELL}>{formatCount(row.visitors)}</td>
              {before && <td className={CELL}>{row.before === undefined ? "" : formatCount(row.before)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
