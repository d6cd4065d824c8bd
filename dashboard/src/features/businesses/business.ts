/** What a business is here. */
import type { Schemas } from "@/api/client";

export type Business = Schemas["Business"];
export type BusinessSite = NonNullable<Business["site"]>;

/** Whether a campaign would write to it, as far as is known here. */
export const isReachable = ({ phone, site }: Business): boolean => phone !== null && site?.status === "completed";

export const composerOf = ({ id }: Business): string => `/campaigns/new?business=${id}`;

const MICROS = 1_000_000;

/** Return an amount as it is typed: "1250.5". */
export const toAmount = (micros: number | null): string => (micros === null ? "" : String(micros / MICROS));

/** Return an amount in millionths; null where nothing, or no number, is typed. */
export function toMicros(typed: string): number | null {
  const amount = Number(typed.trim());
  return typed.trim() && Number.isFinite(amount) ? Math.round(amount * MICROS) : null;
}

export const countBusinesses = (count: number): string =>
  count === 1 ? "1 business" : `${count.toLocaleString()} businesses`;
