/**
 * How many segments a text takes (3GPP TS 23.038), counted as the server counts, for an answer while somebody types.
 * What the server says about the finished message holds.
 */
const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENDED = "\f^{}\\[~]|€";

const WIDTHS = new Map([
  ...[...BASIC].map((one) => [one, 1] as const),
  ...[...EXTENDED].map((one) => [one, 2] as const),
]);
/** One message alone, and each part of several: the header that joins them takes six bytes. */
const ROOM = { "GSM-7": [160, 153], "UCS-2": [70, 67] } as const;

export type Count = {
  encoding: "GSM-7" | "UCS-2";
  /** Septets or UTF-16 units. */
  characters: number;
  segments: number;
  per_segment: number;
  /** What still fits into the last segment. */
  remaining: number;
  non_gsm: string[];
};

/** Count the segments of a text. A character that takes two places is never split between two segments. */
export function countSegments(text: string): Count {
  const characters = [...text];
  const nonGsm = [...new Set(characters.filter((one) => !WIDTHS.has(one)))];
  const encoding = nonGsm.length ? "UCS-2" : "GSM-7";
  const widths = characters.map((one) => (encoding === "GSM-7" ? (WIDTHS.get(one) ?? 1) : one.length));
  const total = widths.reduce((sum, width) => sum + width, 0);
  const [alone, joined] = ROOM[encoding];
  if (total <= alone) {
    const segments = total ? 1 : 0;
    return { encoding, characters: total, segments, per_segment: alone, remaining: alone - total, non_gsm: nonGsm };
  }
  let segments = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > joined) {
      segments += 1;
      used = 0;
    }
    used += width;
  }
  return { encoding, characters: total, segments, per_segment: joined, remaining: joined - used, non_gsm: nonGsm };
}

const SIGNS: readonly (readonly [signs: string, plain: string])[] = [
  ["\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4\u0060", "'"],
  ["\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'],
  ["\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022\u00b7", "-"],
  ["\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "],
  ["\u2026", "..."],
  ["\u2044", "/"],
  ["\u00ad\u200b\ufeff", ""],
];
const PLAIN = new Map(SIGNS.flatMap(([signs, plain]) => [...signs].map((sign) => [sign, plain] as const)));

/** Return the text with typographic marks written as the 7-bit alphabet has them. Letters stay as they are. */
export const plainMarks = (text: string): string => [...text].map((one) => PLAIN.get(one) ?? one).join("");

/** Whether `plainMarks` would help with one of these characters. */
export const hasPlain = (characters: readonly string[]): boolean => characters.some((one) => PLAIN.has(one));
