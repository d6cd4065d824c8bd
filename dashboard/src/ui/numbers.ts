/** Numbers and times as people read them, in the language of their browser. */
export const language = typeof navigator === "undefined" ? "en" : navigator.language;

const whole = new Intl.NumberFormat(language);
const short = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
const share = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
const date = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

const STEPS = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 30],
  ["month", 12],
  ["year", Number.POSITIVE_INFINITY],
] as const;

export const formatCount = (count: number): string => whole.format(count);
export const formatShort = (count: number): string => (count < 10_000 ? whole.format(count) : short.format(count));
export const formatShare = (part: number): string => share.format(part);
export const formatDate = (time: string | Date): string => date.format(new Date(time));
export const formatMoment = (time: string | Date): string => moment.format(new Date(time));

/** Return how long ago, or how soon: "3 hours ago". */
export function formatAgo(time: string | Date, now = Date.now()): string {
  let value = (new Date(time).getTime() - now) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(value) < size) return relative.format(Math.round(value), unit);
    value /= size;
  }
  return formatDate(time);
}
