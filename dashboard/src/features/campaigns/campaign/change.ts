/** What can be changed about a campaign, as it is typed, and what the API is told of it. */
import { isZone, wallTime } from "@/features/analytics/wall-clock";
import { beginFault, newTiming, paceFault, type Timing, tomorrowIn, toTimes } from "../timing";
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

/** Return what is wrong with it; null when nothing is. */
export function faultOf(typed: Typed, changes: CampaignUpdate, now = new Date()): string | null {
  if (!typed.name.trim()) return "A campaign has a name.";
  return ("scheduled_at" in changes ? beginFault(typed, now) : null) ?? paceFault(typed);
}
