import { useState } from "react";
import { Button } from "@/ui/button";
import { formatCount } from "@/ui/numbers";
import { formatMoney } from "../money";
import type { Report, ReportRow } from "../types";
import { DealField } from "./deal-field";

const FIRST = 10;

/** The businesses of a report, the most clicked first; on small screens each is a list of its values. */
export function ReportTable({ report }: { report: Report }) {
  const [isAll, setAll] = useState(false);
  if (!report.businesses.length) return null;
  const shown = isAll ? report.businesses : report.businesses.slice(0, FIRST);
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
          {shown.map((row) => (
            <Row key={row.business_id} row={row} currency={report.currency} />
          ))}
        </tbody>
      </table>
      {report.businesses.length > shown.length && (
        <Button size="sm" className="justify-self-center" onClick={() => setAll(true)}>
          Show all {formatCount(report.businesses.length)}
        </Button>
      )}
    </div>
  );
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

function Row({ row, currency }: { row: ReportRow; currency: string }) {
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
}

export const withoutScheme = (address: string): string => address.replace(/^https?:\/\//, "");
