/** What can be changed about a campaign, as it is typed, and what the API is told of it. */
import { isZone, wallTime } from "@/features/analytics/wall-clock";
import { beginFault, isRate, newTiming, paceFault, type Timing, tomorrowIn, toTimes } from "../timing";
import type { Campaign, CampaignUpdate } from "../types";

export type Typed = Timing & { name: string };

/** Return the fields as they are now. A time that has passed is none: it begins at once. */
export function typedOf(campaign: Campaign, now = new Date()): Typed {
  const { name, scheduled_at, rate_per_second, quiet_from, quiet_until, time_zone } = campaign;
  const zone = isZone(time_zone) ? time_zone : "UTC";
  const usual = newTiming(zone, now);
  const isLater = scheduled_at !== null && new Date(scheduled_at) > now;
  return {
    name,
    when: isLater ? "later" : "now",
    at: isLater ? wallTime(new Date(scheduled_at), zone).slice(0, 16) : tomorrowIn(zone, now),
    zone: time_zone,
    isQuiet: quiet_from !== null && quiet_until !== null,
    quietFrom: quiet_from ?? usual.quietFrom,
    quietUntil: quiet_until ?? usual.quietUntil,
    rate: String(rate_per_second),
  };
}

/** Return what is other than it was, and only that: what somebody else changed meanwhile stays. */
export function changesOf(typed: Typed, from: Typed, hasBegun: boolean): CampaignUpdate {
  const [next, before] = [typed, from].map((one) => ({ name: one.name.trim(), ...toTimes(one) }));
  const changed = Object.entries(next ?? {}).filter(
    ([name, value]) => value !== before?.[name as keyof typeof before] && !(hasBegun && name === "scheduled_at"),
  );
  return Object.fromEntries(changed) as CampaignUpdate;
}

/** Return what is wrong with it, by the field in which it is mended. */
export function faultsOf(typed: Typed, changes: CampaignUpdate, now = new Date()): Record<string, string> {
  const begin = "scheduled_at" in changes ? beginFault(typed, now) : null;
  const pace = paceFault(typed);
  return {
    ...(!typed.name.trim() && { name: "A campaign has a name." }),
    ...(begin && { at: begin }),
    ...(pace && { [isRate(typed.rate) ? "quietUntil" : "rate"]: pace }),
  };
}

const FIELDS: Record<string, keyof Typed> = {
  scheduled_at: "at",
  rate_per_second: "rate",
  quiet_from: "quietFrom",
  quiet_until: "quietUntil",
  time_zone: "zone",
};

/** Return the errors of the API by the field that shows them. */
export const errorsOf = (errors: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(errors).map(([name, message]) => [FIELDS[name] ?? name, message]));
