/** When a campaign begins, how fast it goes and at which hours not: as it is entered, and as the API takes it. */
import { wallTime } from "@/features/analytics/wall-clock";
import type { CampaignCreate } from "./types";

export type Timing = {
  when: "now" | "later";
  /** What a clock on the wall of the zone shows: "2026-11-23T09:00". */
  at: string;
  /** Also that of businesses whose own is not known. */
  zone: string;
  isQuiet: boolean;
  quietFrom: string;
  quietUntil: string;
  rate: string;
};

export const MAX_RATE = 1000;

export function newTiming(zone: string, now = new Date()): Timing {
  return {
    when: "now",
    at: tomorrowIn(zone, now),
    zone,
    isQuiet: true,
    quietFrom: "21:00",
    quietUntil: "08:00",
    rate: "10",
  };
}

export function tomorrowIn(zone: string, now: Date): string {
  return `${wallTime(new Date(now.getTime() + 86_400_000), zone).slice(0, 10)}T09:00`;
}

/** Return what is wrong with the beginning; null when nothing is. */
export function beginFault({ when, at, zone }: Timing, now = new Date()): string | null {
  const instant = when === "later" ? instantOf(at, zone) : null;
  if (when === "later" && !instant) return "Say on which day and at what time it begins.";
  return instant && instant <= now ? "The time to begin has passed." : null;
}

/** Return what is wrong with the pace or the quiet hours; null when nothing is. */
export function paceFault({ rate, isQuiet, quietFrom, quietUntil }: Timing): string | null {
  if (!isRate(rate)) return `The pace is a whole number from 1 to ${MAX_RATE}.`;
  if (isQuiet && (!quietFrom || !quietUntil)) return "Say from when until when nobody is written to.";
  if (isQuiet && quietFrom === quietUntil) return "The quiet hours begin and end at the same time.";
  return null;
}

export const isRate = (rate: string): boolean =>
  /^\d{1,4}$/.test(rate) && Number(rate) >= 1 && Number(rate) <= MAX_RATE;

/** Return the instant at which clocks of a zone show this; a time that a change of clocks skips is the one after it. */
export function instantOf(at: string, zone: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(at)) return null;
  const asUtc = Date.parse(`${at.slice(0, 16)}:00Z`);
  if (Number.isNaN(asUtc)) return null;
  const offsetAt = (instant: number) => Date.parse(`${wallTime(new Date(instant), zone)}Z`) - instant;
  const guess = asUtc - offsetAt(asUtc);
  return new Date(asUtc - offsetAt(guess));
}

type Told = Required<
  Pick<CampaignCreate, "scheduled_at" | "rate_per_second" | "quiet_from" | "quiet_until" | "time_zone">
>;

/** Return it as the API takes it. */
export function toTimes(timing: Timing): Told {
  return {
    scheduled_at: timing.when === "later" ? (instantOf(timing.at, timing.zone)?.toISOString() ?? null) : null,
    rate_per_second: Number(timing.rate),
    quiet_from: timing.isQuiet ? timing.quietFrom : null,
    quiet_until: timing.isQuiet ? timing.quietUntil : null,
    time_zone: timing.zone,
  };
}
