/** Money: whole numbers of millionths of a currency's unit, as people read and write them. */
import { language } from "@/ui/numbers";

const MICROS = 1_000_000;
const MAX_MICROS = 1e15;

/** Return "$1,204.50"; less than a cent keeps the digits that say how much. */
export function formatMoney(micros: number, currency: string): string {
  const amount = micros / MICROS;
  const isTiny = micros !== 0 && Math.abs(amount) < 0.1;
  return new Intl.NumberFormat(language, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    ...(isTiny && { maximumFractionDigits: 4 }),
  }).format(amount);
}

/** Return the amount as it is typed into a field. */
export const editMoney = (micros: number | null): string => (micros === null ? "" : String(micros / MICROS));

/**
 * Return the millionths that were meant, null for an empty field, undefined for what is no amount.
 *
 * Both "1,200.50" and "1.200,50" are read: the last separator is the decimal one, unless it stands alone before
 * exactly three digits, or several times.
 */
export function readMoney(typed: string): number | null | undefined {
  const text = typed.replace(/[\s'’_]|\p{Sc}/gu, "");
  if (!text) return null;
  if (!/^\d[\d.,]*$/.test(text)) return undefined;
  const last = Math.max(text.lastIndexOf("."), text.lastIndexOf(","));
  const mark = text[last];
  const other = mark === "." ? "," : ".";
  const isRepeated = mark !== undefined && text.indexOf(mark) !== last;
  const isGrouping =
    isRepeated || (!text.includes(other) && text.length - last - 1 === 3 && text !== `0${text.slice(1)}`);
  const plain =
    last < 0 || isGrouping
      ? text.replace(/[.,]/g, "")
      : `${text.slice(0, last).replace(/[.,]/g, "")}.${text.slice(last + 1)}`;
  const micros = Math.round(Number(plain) * MICROS);
  return Number.isFinite(micros) && micros <= MAX_MICROS ? micros : undefined;
}
