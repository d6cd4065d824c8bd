/** A business as it stands in the form: all of it text, until it is sent. */
import { byField, changedFields } from "@/ui/draft";
import { type Business, toAmount, toMicros } from "../business";
import type { BusinessUpdate, NewBusiness } from "../changes";

export const TEXTS = ["category", "phone", "email", "address", "country", "time_zone", "notes"] as const;

export type Draft = Record<(typeof TEXTS)[number] | "name" | "locale" | "deal", string>;

export const EMPTY: Draft = {
  name: "",
  category: "",
  phone: "",
  email: "",
  address: "",
  country: "",
  locale: "",
  time_zone: "",
  notes: "",
  deal: "",
};

export function draftOf(business: Business): Draft {
  const texts = Object.fromEntries(TEXTS.map((name) => [name, business[name] ?? ""]));
  const { name, locale, deal_value_micros } = business;
  return { ...EMPTY, ...texts, name, locale, deal: toAmount(deal_value_micros) };
}

/** Return what a PATCH takes: what the person changed, and nothing else. What was emptied is null. */
export function toChanges(draft: Draft, from: Draft): Partial<BusinessUpdate> {
  const changes: Record<string, unknown> = {};
  for (const name of changedFields(draft, from)) {
    if (name === "deal") changes.deal_value_micros = toMicros(draft.deal);
    else if (name === "name") changes.name = draft.name;
    else if (name === "locale") changes.locale = draft.locale.trim() || "en";
    else changes[name] = draft[name].trim() || null;
  }
  return changes;
}

/** Return what a POST takes: the name, and whatever else is said. */
export const toNewBusiness = (draft: Draft): NewBusiness => ({ ...toChanges(draft, EMPTY), name: draft.name });

/** Return the errors of the API by the field of the form that they belong to. */
export function errorsOf(fields: Record<string, string>): Record<string, string> {
  const { deal_value_micros: deal, ...others } = byField(fields);
  return deal ? { ...others, deal } : others;
}
