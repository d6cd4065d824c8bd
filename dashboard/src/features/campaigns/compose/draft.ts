/** A campaign that is being put together, and what the API is told in the end. */
import { wallTime } from "@/features/analytics/wall-clock";
import type { Audience, AudienceQuestion, CampaignCreate, Variant } from "../types";
import { VARIANTS } from "../words";

export type Chosen = { id: string; name: string };
export type AudienceKind = "all" | "some" | "chosen";

export type Draft = {
  name: string;
  kind: AudienceKind;
  category: string;
  country: string;
  chosen: Chosen[];
  variant: Variant;
  /** Own texts, by locale; the first is the one of everybody whose language has none. */
  texts: { locale: string; text: string }[];
  /** With which business the message is shown. */
  shownId: string | null;
  when: "now" | "later";
  /** What a clock on the wall of the zone shows: "2026-11-23T09:00". */
  at: string;
  zone: string;
  isQuiet: boolean;
  quietFrom: string;
  quietUntil: string;
  rate: string;
};

export const STEPS = ["audience", "message", "schedule", "review"] as const;
export type Step = (typeof STEPS)[number];

export const STEP_NAMES: Record<Step, string> = {
  audience: "Audience",
  message: "Message",
  schedule: "Schedule",
  review: "Review",
};

export const MAX_RATE = 1000;
export const MAX_TEXT = 2000;
export const FIRST_TEXT = "Hi {business}, {sender} here. We made you a website: {link} Reply STOP to opt out";

export function newDraft(zone: string, now = new Date()): Draft {
  const tomorrow = wallTime(new Date(now.getTime() + 86_400_000), zone).slice(0, 10);
  return {
    name: "",
    kind: "all",
    category: "",
    country: "",
    chosen: [],
    variant: "friendly",
    texts: [{ locale: "en", text: FIRST_TEXT }],
    shownId: null,
    when: "now",
    at: `${tomorrow}T09:00`,
    zone,
    isQuiet: true,
    quietFrom: "21:00",
    quietUntil: "08:00",
    rate: "10",
  };
}

/** Return whom the draft writes to, as the API takes it. */
export function audienceOf({ kind, category, country, chosen }: Draft): Audience {
  if (kind === "chosen") return { business_ids: chosen.map(({ id }) => id) };
  if (kind === "all") return { filter: {} };
  return { filter: { ...(category && { category }), ...(country && { country }) } };
}

/** Return what is asked to estimate it; a text that is not written yet is left for later. */
export function questionOf(draft: Draft): AudienceQuestion {
  const audience = audienceOf(draft);
  if (draft.variant !== "custom") return { audience, variant: draft.variant };
  const isWritten = draft.texts.every(({ text }) => text.trim() && text.length <= MAX_TEXT);
  return isWritten ? { audience, variant: "custom", texts: textsOf(draft) } : { audience, variant: "friendly" };
}

const textsOf = ({ texts }: Draft): Record<string, string> =>
  Object.fromEntries(texts.map(({ locale, text }) => [locale, text.trim()]));

/** Return what is still wrong, by the step in which it is mended. */
export function faultsOf(draft: Draft, now = new Date()): Partial<Record<Step, string>> {
  const faults: Partial<Record<Step, string>> = {};
  if (draft.kind === "chosen" && !draft.chosen.length) faults.audience = "Choose at least one business.";
  if (draft.variant === "custom") {
    if (draft.texts.some(({ text }) => !text.trim())) faults.message = "Write the text, or take its language out.";
    if (draft.texts.some(({ text }) => text.length > MAX_TEXT)) {
      faults.message = `A text has at most ${MAX_TEXT.toLocaleString()} characters.`;
    }
  }
  const schedule = scheduleFault(draft, now);
  if (schedule) faults.schedule = schedule;
  return faults;
}

function scheduleFault({ when, at, zone, rate, isQuiet, quietFrom, quietUntil }: Draft, now: Date): string | null {
  const instant = when === "later" ? instantOf(at, zone) : null;
  if (when === "later" && !instant) return "Say on which day and at what time it begins.";
  if (instant && instant <= now) return "The time to begin has passed.";
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

/** Return what is suggested as a name: "Friendly, plumbers, 22 Nov 2026". */
export function suggestName(draft: Draft, today: string): string {
  const variant = VARIANTS.find(({ value }) => value === draft.variant)?.label ?? "";
  const whom =
    draft.kind === "some" ? draft.category || draft.country : draft.kind === "chosen" ? draft.chosen[0]?.name : "";
  return [draft.variant === "custom" ? "Campaign" : variant, whom, today].filter(Boolean).join(", ").slice(0, 200);
}

/** Return the body of the request. */
export function toRequest(draft: Draft, name: string): CampaignCreate {
  return {
    name,
    audience: audienceOf(draft),
    variant: draft.variant,
    ...(draft.variant === "custom" && {
      texts: textsOf(draft),
    }),
    scheduled_at: draft.when === "later" ? (instantOf(draft.at, draft.zone)?.toISOString() ?? null) : null,
    rate_per_second: Number(draft.rate),
    quiet_from: draft.isQuiet ? draft.quietFrom : null,
    quiet_until: draft.isQuiet ? draft.quietUntil : null,
    time_zone: draft.zone,
  };
}
