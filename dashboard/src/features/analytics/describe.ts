/** Charts in a sentence: what somebody who does not see them should know. */
import { bucketLabel } from "@/charts/time-labels";

import { countryName } from "@/ui/countries";
import { formatCount, formatShare, language } from "@/ui/numbers";

import type { Range } from "./ranges";
import { PRESETS } from "./ranges";
import type { Answer, ValueClicks } from "./use-analytics";

const signed = new Intl.NumberFormat(language, {
  style: "percent",
  maximumFractionDigits: 1,
  signDisplay: "exceptZero",
});

/** Return the change as "+12.5%", or null when there was nothing to compare with. */
export function changeOf(now: number, before: number | undefined): string | null {
  if (before === undefined || before === 0) return null;
  return signed.format((now - before) / before);
}

const plural = (count: number, one: string) => `${formatCount(count)} ${one}${count === 1 ? "" : "s"}`;

export function describeRange(range: Range, answer: Answer): string {
  if (typeof range === "string") return PRESETS.find(({ value }) => value === range)?.sentence ?? "";
  const day = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: answer.timezone });
  const last = new Date(Date.parse(answer.to) - 1);
  return day.formatRange(new Date(answer.from), last);
}

/** Return the sentence below the chart over time. */
export function describeSeries(answer: Answer, before: Answer | undefined, range: string): string {
  const { clicks, visitors } = answer.totals;
  if (clicks === 0) return `No clicks in ${range}.`;
  const parts = [`${plural(clicks, "click")} by ${plural(visitors, "visitor")} in ${range}`];
  const top = answer.series.reduce((best, point) => (point.clicks > best.clicks ? point : best));
  if (answer.series.length > 1) {
    const name = bucketLabel(top.start, answer.interval, answer.timezone);
    parts.push(`busiest ${answer.interval}: ${name} (${formatCount(top.clicks)})`);
  }
  const change = changeOf(clicks, before?.totals.clicks);
  if (change) parts.push(`${change} clicks against the period before`);
  return `${parts.join("; ")}.`;
}

/** Return the sentence below the map. */
export function describeMap(countries: readonly ValueClicks[]): string {
  const known = countries.filter(({ value }) => value);
  const total = countries.reduce((sum, { clicks }) => sum + clicks, 0);
  const [first, ...rest] = known;
  if (!first) return "No click came from a known country.";
  const named = [first, ...rest.slice(0, 2)].map(
    ({ value, clicks }) => `${countryName(value)} (${formatShare(clicks / total)})`,
  );
  const count = known.length === 1 ? "one country" : `${formatCount(known.length)} countries`;
  return `Clicks from ${count}; most from ${new Intl.ListFormat(language).format(named)}.`;
}
