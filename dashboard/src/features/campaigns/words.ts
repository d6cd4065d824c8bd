/** What campaigns, messages and their states are called. */
import type { CampaignStatus, MessageStatus, Skipped, Totals, Variant } from "./types";

type Tone = "neutral" | "accent" | "good" | "warn" | "bad";

export const CAMPAIGN_WORDS: Record<CampaignStatus, { label: string; tone: Tone }> = {
  preparing: { label: "Preparing", tone: "neutral" },
  scheduled: { label: "Scheduled", tone: "neutral" },
  running: { label: "Sending", tone: "accent" },
  paused: { label: "Paused", tone: "warn" },
  completed: { label: "Completed", tone: "good" },
  cancelled: { label: "Cancelled", tone: "neutral" },
};

export const MESSAGE_WORDS: Record<MessageStatus, { label: string; tone: Tone }> = {
  queued: { label: "Waiting", tone: "neutral" },
  sending: { label: "Sending", tone: "accent" },
  sent: { label: "Sent", tone: "neutral" },
  delivered: { label: "Delivered", tone: "good" },
  failed: { label: "Failed", tone: "bad" },
  unknown: { label: "Not known", tone: "warn" },
  opted_out: { label: "Opted out", tone: "neutral" },
  cancelled: { label: "Cancelled", tone: "neutral" },
};

/** The parts of a campaign in the order in which the bar shows them. */
export const PARTS: readonly { name: keyof Totals & MessageStatus; color: string; hint: string }[] = [
  { name: "delivered", color: "var(--good)", hint: "The phone has it." },
  { name: "sent", color: "var(--chart-2)", hint: "The provider took it; whether it arrived is not known yet." },
  { name: "failed", color: "var(--bad)", hint: "It was refused, or did not arrive." },
  {
    name: "unknown",
    color: "var(--warn)",
    hint: "Vayro was stopped while the provider answered. It is not sent again, so that nobody gets it twice.",
  },
  { name: "opted_out", color: "var(--edge)", hint: "They want no messages, and got none." },
  { name: "cancelled", color: "var(--faint)", hint: "The campaign was cancelled before." },
];

export const VARIANTS: readonly { value: Variant; label: string; about: string }[] = [
  { value: "friendly", label: "Friendly", about: "Warm and informal, as one neighbour writes to another." },
  { value: "professional", label: "Professional", about: "Short and matter-of-fact, with your offer in one sentence." },
  { value: "urgent", label: "Urgent", about: "Asks for an answer soon." },
  { value: "custom", label: "Your own", about: "Your words, with the name and the link put in for each business." },
];

export const SKIP_WORDS: Record<keyof Skipped, { label: string; href?: string }> = {
  no_phone: { label: "have no phone number", href: "/businesses" },
  no_site: { label: "have no finished site", href: "/sites" },
  not_published: { label: "have a site that is not published", href: "/sites" },
  opted_out: { label: "opted out" },
  duplicate: { label: "share a number with another" },
};

/** Return who is left out and why, the most first. */
export const skipsOf = (skipped: Skipped): { reason: keyof Skipped; count: number }[] =>
  (Object.keys(SKIP_WORDS) as (keyof Skipped)[])
    .map((reason) => ({ reason, count: skipped[reason] ?? 0 }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);

export const isOver = (status: CampaignStatus): boolean => status === "completed" || status === "cancelled";

/** Return how many messages need nothing more done to them here. */
export const handled = (totals: Totals): number => Math.max(0, totals.messages - totals.queued);

export const plural = (count: number, one: string, many = `${one}s`): string => (count === 1 ? one : many);

const PROVIDERS: Record<string, string> = {
  outbox: "the outbox file",
  twilio: "Twilio",
  gateway: "the HTTP gateway",
};

export const providerName = (provider: string): string => PROVIDERS[provider] ?? provider;
