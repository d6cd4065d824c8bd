/** How moments are written under a chart, in its tooltip and in its table. */
import type { Schemas } from "@/api/client";
import { language } from "@/ui/numbers";

export type Interval = Schemas["LinkAnalytics"]["interval"];

const SHORT: Record<Interval, Intl.DateTimeFormatOptions> = {
  minute: { hour: "2-digit", minute: "2-digit" },
  hour: { hour: "2-digit", minute: "2-digit" },
  day: { day: "numeric", month: "short" },
  week: { day: "numeric", month: "short" },
  month: { month: "short", year: "2-digit" },
};
const LONG: Record<Interval, Intl.DateTimeFormatOptions> = {
  minute: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  hour: { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  day: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
  week: { day: "numeric", month: "short", year: "numeric" },
  month: { month: "long", year: "numeric" },
};

const formats = new Map<string, Intl.DateTimeFormat>();

function format(time: string, zone: string, options: Intl.DateTimeFormatOptions): string {
  const key = zone + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(language, { ...options, timeZone: zone });
    formats.set(key, found);
  }
  return found.format(new Date(time));
}

/** Return what stands under the axis: hours by the clock, but midnight by its date. */
export function axisLabel(start: string, interval: Interval, zone: string): string {
  const isClock = interval === "minute" || interval === "hour";
  return format(start, zone, isClock && start.slice(11, 16) === "00:00" ? SHORT.day : SHORT[interval]);
}

/** Return the name of a bucket: "Sun, Nov 22, 2026", "Week of Nov 16, 2026". */
export function bucketLabel(start: string, interval: Interval, zone: string): string {
  const label = format(start, zone, LONG[interval]);
  return interval === "week" ? `Week of ${label}` : label;
}

const CLOCK_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440];
const CALENDAR_STEPS = [1, 2, 3, 5, 7, 10, 14, 21, 28, 42, 56, 84, 182, 365];

/**
 * Return which buckets get a label: `most` at most, at round times of the clock, or counted back from the last day.
 *
 * `starts` are local times with their offset, as the API writes them.
 */
export function pickTicks(starts: readonly string[], interval: Interval, most: number): number[] {
  const all = starts.map((_, index) => index);
  if (interval !== "minute" && interval !== "hour") {
    const step = CALENDAR_STEPS.find((one) => starts.length / one <= most) ?? starts.length;
    return all.filter((index) => (starts.length - 1 - index) % step === 0);
  }
  const minutes = starts.map((start) => Number(start.slice(11, 13)) * 60 + Number(start.slice(14, 16)));
  for (const step of CLOCK_STEPS) {
    const found = all.filter((index) => (minutes[index] ?? 1) % step === 0);
    if (found.length <= most) return found;
  }
  const midnights = all.filter((index) => minutes[index] === 0);
  const step = Math.ceil(midnights.length / most);
  return midnights.filter((_, index) => index % step === 0);
}
