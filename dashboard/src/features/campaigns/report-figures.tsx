/** The sums of a report in one row: what was sent, what came of it, what it cost. */
import type { ReactNode } from "react";
import { classes } from "@/ui/classes";
import { formatCount, formatShare, formatShort } from "@/ui/numbers";
import { formatMoney } from "./money";
import type { Report } from "./types";

export function ReportFigures({ report }: { report: Report }) {
  const money = (micros: number) => formatMoney(micros, report.currency);
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-5 sm:grid-cols-4 lg:grid-cols-7">
      <Figure name="Messages" value={formatCount(report.sent)}>
        {[
          report.delivered && `${formatCount(report.delivered)} delivered`,
          report.failed && `${formatCount(report.failed)} failed`,
        ]
          .filter(Boolean)
          .join(", ")}
      </Figure>
      <Figure name="Clicks" value={formatCount(report.clicks)} isMain>
        {report.clicks > 0 && report.clicks <= report.sent && `${formatShare(report.clicks / report.sent)} of messages`}
      </Figure>
      <Figure name="Visitors" value={formatCount(report.visitors)} />
      <Figure name="Cost" value={money(report.cost_micros)} />
      <Figure
        name="Cost per click"
        value={report.cost_per_click_micros === null ? "–" : money(report.cost_per_click_micros)}
      />
      <Figure name="Deals won" value={report.deal_value_micros ? money(report.deal_value_micros) : "–"} />
      <Figure
        name="Return"
        value={report.return_on_investment === null ? "–" : formatReturn(report.return_on_investment)}
        tone={toneOf(report.return_on_investment)}
      >
        {report.return_on_investment === null &&
          (report.deal_value_micros ? "nothing was spent" : "once a deal is entered")}
      </Figure>
    </dl>
  );
}

/** Messages are cheap beside a deal: from ten times the cost on, percents are hard to read. */
const formatReturn = (value: number): string =>
  value < 10 ? formatShare(value) : `${formatShort(Math.round(value))}×`;

const toneOf = (value: number | null): string => (value === null ? "" : value < 0 ? "text-bad" : "text-good");

type FigureProps = { name: string; value: string; isMain?: boolean; tone?: string; children?: ReactNode };

function Figure({ name, value, isMain = false, tone, children }: FigureProps) {
  return (
    <div className="grid content-start gap-0.5">
      <dt className="text-sm text-quiet">{name}</dt>
      <dd className={classes("figures text-xl", isMain && "text-accent-ink", tone)}>{value}</dd>
      {children && <dd className="text-xs text-quiet">{children}</dd>}
    </div>
  );
}
