/** A campaign that is being put together, and what the API is told in the end. */
import { beginFault, newTiming, paceFault, type Timing, toTimes } from "../timing";
import type { Audience, AudienceQuestion, CampaignCreate, Variant } from "../types";
import { VARIANTS } from "../words";

export type Chosen = { id: string; name: string };
export type AudienceKind = "all" | "some" | "chosen";

export type Draft = Timing & {
  /** However often it is sent, the API makes one campaign of it. */
  key: string;
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
};

export const STEPS = ["audience", "message", "schedule", "review"] as const;
export type Step = (typeof STEPS)[number];

export const STEP_NAMES: Record<Step, string> = {
  audience: "Audience",
  message: "Message",
  schedule: "Schedule",
  review: "Review",
};

export const MAX_TEXT = 2000;
export const FIRST_TEXT = "Hi {business}, {sender} here. We made you a website: {link} Reply STOP to opt out";

export const newKey = (): string => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;

export function newDraft(zone: string, now = new Date()): Draft {
  return {
    ...newTiming(zone, now),
    key: newKey(),
    name: "",
    kind: "all",
    category: "",
    country: "",
    chosen: [],
    variant: "friendly",
    texts: [{ locale: "en", text: FIRST_TEXT }],
    shownId: null,
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
  const schedule = beginFault(draft, now) ?? paceFault(draft);
  if (schedule) faults.schedule = schedule;
  return faults;
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
    ...toTimes(draft),
  };
}
