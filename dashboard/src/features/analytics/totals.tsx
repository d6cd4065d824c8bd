import type { ReactNode } from "react";
import { classes } from "@/ui/classes";
import { formatCount } from "@/ui/numbers";
import { changeOf } from "./describe";
import type { Bots } from "./question";
import type { Answer } from "./use-analytics";

const BOTS_TOLD: Record<Bots, string> = { out: "not counted", in: "counted in", only: "nothing else" };

/** The sums of the range, which are the legend of the chart as well. */
export function Totals({ answer, before, bots }: { answer: Answer; before: Answer | undefined; bots: Bots }) {
  const { clicks, visitors, bots: robots } = answer.totals;
  return (
    <dl className="flex flex-wrap gap-x-6 gap-y-3 sm:gap-x-8">
      <Total name="Clicks" count={clicks} color="var(--chart-1)">
        <Change now={clicks} before={before?.totals.clicks} />
      </Total>
      <Total name="Visitors" count={visitors} color="var(--chart-2)">
        <Change now={visitors} before={before?.totals.visitors} />
      </Total>
      <Total name="Bots" count={robots}>
        <span className="text-quiet">{BOTS_TOLD[bots]}</span>
      </Total>
    </dl>
  );
}

function Total({ name, count, color, children }: { name: string; count: number; color?: string; children: ReactNode }) {
  return (
    <div className="grid gap-0.5">
      <dt className="flex items-center gap-2 text-sm text-quiet">
        {color && <span aria-hidden className="h-0.5 w-4 rounded-full" style={{ background: color }} />}
        {name}
      </dt>
      <dd className="flex items-baseline gap-2">
        <span className={classes("figures", "text-xl sm:text-2xl", !color && "text-quiet")}>{formatCount(count)}</span>
        <span className="text-sm">{children}</span>
      </dd>
    </div>
  );
}

function Change({ now, before }: { now: number; before: number | undefined }) {
  const change = changeOf(now, before);
  if (before === undefined) return null;
  const tone = now > before ? "text-good" : now < before ? "text-bad" : "text-quiet";
  return (
    <span className={tone} title={`${formatCount(before)} before`}>
      <span className="figures">{change ?? "new"}</span>
      <span className="sr-only"> against {formatCount(before)} in the period before</span>
    </span>
  );
}
