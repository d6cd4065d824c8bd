import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { memo } from "react";
import { withoutScheme } from "@/ui/addresses";
import { Button } from "@/ui/button";
import { formatCount } from "@/ui/numbers";
import { formatMoney } from "../money";
import type { Report, ReportRow } from "../types";
import { DealField } from "./deal-field";

type Props = { report: UseInfiniteQueryResult<InfiniteData<Report>>; all: number };

/**
 * The businesses of a report, the most clicked first; on small screens each is a list of its values.
 *
 * `all`: how many there are, since each gets one message.
 */
export function ReportTable({ report: { data, hasNextPage, isFetchingNextPage, fetchNextPage }, all }: Props) {
  const rows = rowsOf(data?.pages ?? []);
  const currency = data?.pages[0]?.currency ?? "USD";
  if (!rows.length) return null;
  return (
    <div className="grid gap-3">
      <table className="block w-full text-sm md:table">
        <caption className="sr-only">The businesses, the most clicked first</caption>
        <thead className="sr-only md:not-sr-only md:table-header-group">
          <tr className="text-xs text-quiet">
            <Head isLeft>Business</Head>
            <Head isLeft>Link</Head>
            <Head>Clicks</Head>
            <Head>Visitors</Head>
            <Head>Messages</Head>
            <Head>Cost</Head>
            <Head>Deal won</Head>
          </tr>
        </thead>
        <tbody className="block md:table-row-group">
          {rows.map((row) => (
            <Row key={row.business_id} row={row} currency={currency} />
          ))}
        </tbody>
      </table>
      {hasNextPage && (
        <div className="flex flex-wrap items-center justify-center gap-3 pt-1">
          <Button size="sm" isBusy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show more
          </Button>
          <span className="text-sm text-quiet">
            {formatCount(rows.length)} of {formatCount(Math.max(all, rows.length))} are shown
          </span>
        </div>
      )}
    </div>
  );
}

/** Return each business once: who was clicked while pages were read stands where it stood and where it has come to. */
function rowsOf(pages: readonly Report[]): ReportRow[] {
  return [...new Map(pages.flatMap(({ businesses }) => businesses.map((row) => [row.business_id, row]))).values()];
}

function Head({ isLeft = false, children }: { isLeft?: boolean; children: string }) {
  return (
    <th scope="col" className={`px-2 pb-2 font-medium first:pl-0 last:pr-0 ${isLeft ? "text-left" : "text-right"}`}>
      {children}
    </th>
  );
}

/** On small screens a cell has its name above it. */
const CELL =
  "grid content-start before:text-xs before:text-quiet before:content-[attr(data-name)] before:font-sans " +
  "md:table-cell md:px-2 md:py-2.5 md:text-right md:content-normal md:align-middle md:before:content-none";

const Row = memo(function Row({ row, currency }: { row: ReportRow; currency: string }) {
  return (
    <tr className="grid grid-cols-4 gap-x-3 gap-y-1.5 border-t border-line py-3 md:table-row md:py-0">
      <th
        scope="row"
        className="col-span-4 text-left font-medium wrap-anywhere md:table-cell md:py-2.5 md:pr-2 md:align-middle"
      >
        {row.name ?? "A business that was deleted"}
      </th>
      <td className="col-span-4 md:table-cell md:px-2 md:py-2.5 md:align-middle">
        {row.short_url ? (
          <a
            href={row.short_url}
            target="_blank"
            rel="noreferrer"
            className="font-mono wrap-anywhere text-accent-ink no-underline hover:underline"
          >
            {withoutScheme(row.short_url)}
          </a>
        ) : (
          "–"
        )}
      </td>
      <td data-name="Clicks" className={`${CELL} figures`}>
        {formatCount(row.clicks)}
      </td>
      <td data-name="Visitors" className={`${CELL} figures`}>
        {formatCount(row.visitors)}
      </td>
      <td data-name="Messages" className={`${CELL} figures`}>
        {formatCount(row.sent)}
      </td>
      <td data-name="Cost" className={`${CELL} figures`}>
        {formatMoney(row.cost_micros, currency)}
      </td>
      <td
        data-name="Deal won"
        className="col-span-4 flex items-center justify-between before:text-xs before:text-quiet before:content-[attr(data-name)] md:table-cell md:py-2.5 md:text-right md:before:content-none"
      >
        <DealField row={row} currency={currency} />
      </td>
    </tr>
  );
});
