/**
 * Ranges of time: the usual ones, which end now, and those that somebody chose.
 *
 * A chosen one has two dates, both included, or two instants (from zooming), the second excluded.
 */
import type { Schemas } from "@/api/client";
import { addDays, addMonths, daysBetween, isDate, wallDate, wallTime } from "./wall-clock";

export type Interval = Schemas["LinkAnalytics"]["interval"];
export type Preset = "1h" | "24h" | "7d" | "30d" | "90d" | "12m";
export type Range = Preset | { from: string; to: string };
/** What the API is asked: `to` is excluded, and without it the range ends now. */
export type Span = { from: string; to?: string };

export const PRESETS: readonly { value: Preset; label: string; sentence: string }[] = [
  { value: "1h", label: "Last hour", sentence: "the last hour" },
  { value: "24h", label: "24 hours", sentence: "the last 24 hours" },
  { value: "7d", label: "7 days", sentence: "the last 7 days" },
  { value: "30d", label: "30 days", sentence: "the last 30 days" },
  { value: "90d", label: "90 days", sentence: "the last 90 days" },
  { value: "12m", label: "12 months", sentence: "the last 12 months" },
];
export const DEFAULT_PRESET: Preset = "30d";
export const INTERVALS: readonly { value: Interval; label: string; seconds: number }[] = [
  { value: "minute", label: "Minute", seconds: 60 },
  { value: "hour", label: "Hour", seconds: 3_600 },
  { value: "day", label: "Day", seconds: 86_400 },
  { value: "week", label: "Week", seconds: 604_800 },
  { value: "month", label: "Month", seconds: 2_592_000 },
];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAYS: Partial<Record<Preset, number>> = { "7d": 7, "30d": 30, "90d": 90 };
/** A wide screen has some 1,100 points across; 90 days of hours are 2,160, and still drawn in a moment. */
const MAX_POINTS = 2_400;
const DEFAULT_UP_TO_DAYS: readonly (readonly [number, Interval])[] = [
  [1 / 12, "minute"],
  [3, "hour"],
  [100, "day"],
  [320, "week"],
];

export const isPreset = (text: string | null): text is Preset => PRESETS.some(({ value }) => value === text);

/** Return the chosen range, or null when it makes no sense. */
export function readCustom(from: string | null, to: string | null): Range | null {
  if (!from || !to) return null;
  if (isDate(from) && isDate(to)) return from <= to ? { from, to } : null;
  const [start, end] = [Date.parse(from), Date.parse(to)];
  return start < end && from.includes("T") && to.includes("T") ? { from, to } : null;
}

/** Return what the API is asked for. */
export function spanOf(range: Range, zone: string, now: Date): Span {
  if (typeof range === "object") return customSpan(range, zone, now);
  if (range === "1h") return { from: minutesAgo(now, 59) };
  if (range === "24h") return { from: hoursAgo(now, zone, 23) };
  const today = wallDate(now, zone);
  if (range === "12m") return { from: `${addMonths(today, -11).slice(0, 8)}01` };
  return { from: addDays(today, 1 - (DAYS[range] ?? 30)) };
}

/**
 * Return the same stretch of time before. Of a range that still runs it is as much as has passed of it: today until
 * now is compared with a day until the same time.
 */
export function spanBefore(range: Range, zone: string, now: Date): Span {
  const span = spanOf(range, zone, now);
  if (span.from.includes("T")) {
    const from = Date.parse(span.from);
    const to = span.to ? Date.parse(span.to) : now.getTime();
    const length = range === "1h" ? HOUR_MS : range === "24h" ? DAY_MS : to - from;
    return { from: new Date(from - length).toISOString(), to: new Date(to - length).toISOString() };
  }
  const back = (date: string) => (range === "12m" ? addMonths(date, -12) : addDays(date, -daysIn(range)));
  const until = span.to ?? wallTime(now, zone);
  return { from: back(span.from), to: back(until.slice(0, 10)) + until.slice(10) };
}

/** Return how long the range is, about. */
export function daysOf(range: Range): number {
  if (range === "1h") return 1 / 24;
  if (range === "24h") return 1;
  if (range === "12m") return 365;
  return daysIn(range);
}

/** Return the intervals that give a chart something to show: 2 to 2,400 points. */
export function intervalsFor(range: Range): Interval[] {
  const seconds = daysOf(range) * 86_400;
  const fits = INTERVALS.filter((one) => seconds / one.seconds >= 2 && seconds / one.seconds <= MAX_POINTS);
  return fits.length ? fits.map(({ value }) => value) : ["minute"];
}

export function defaultInterval(range: Range): Interval {
  if (range === "12m") return "week";
  const days = daysOf(range);
  return DEFAULT_UP_TO_DAYS.find(([longest]) => days <= longest)?.[1] ?? "month";
}

/** Return the next shorter range that the API may be willing to count. */
export function shorterThan(range: Range): Preset {
  const days = daysOf(range);
  return days > 90 ? "90d" : days > 30 ? "30d" : days > 7 ? "7d" : "24h";
}

/** Return the range that covers the buckets from `first` to `last`, both included; whole days become dates. */
export function rangeOfBuckets(starts: readonly string[], end: string, first: number, last: number): Range {
  const from = starts[first] ?? end;
  const to = starts[last + 1] ?? end;
  const isMidnight = (time: string) => time.slice(11, 16) === "00:00";
  if (!isMidnight(from)) return { from, to };
  if (isMidnight(to)) return { from: from.slice(0, 10), to: addDays(to.slice(0, 10), -1) };
  // The end of what runs is now: the day is taken whole.
  return last + 1 >= starts.length && daysBetween(from.slice(0, 10), to.slice(0, 10)) > 2
    ? { from: from.slice(0, 10), to: to.slice(0, 10) }
    : { from, to };
}

function daysIn(range: Range): number {
  if (typeof range === "string") return DAYS[range] ?? 30;
  if (isDate(range.from)) return daysBetween(range.from, range.to) + 1;
  return (Date.parse(range.to) - Date.parse(range.from)) / DAY_MS;
}

function customSpan({ from, to }: { from: string; to: string }, zone: string, now: Date): Span {
  if (!isDate(to)) return { from, to };
  return to === wallDate(now, zone) ? { from } : { from, to: addDays(to, 1) };
}

function minutesAgo(now: Date, minutes: number): string {
  const minute = Math.floor(now.getTime() / 60_000) - minutes;
  return new Date(minute * 60_000).toISOString();
}

/** Counted from the full hour on the wall, which is not UTC's everywhere: India is half an hour off. */
function hoursAgo(now: Date, zone: string, hours: number): string {
  const past = Number(wallTime(now, zone).slice(14, 16)) * 60 + Number(wallTime(now, zone).slice(17, 19));
  const full = Math.floor(now.getTime() / 1000) - past - hours * 3_600;
  return new Date(full * 1000).toISOString();
}
