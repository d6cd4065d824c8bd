/** UTM parameters, read from a destination and written into it. The rest of the address stays as it was typed. */

export const UTM_FIELDS = ["source", "medium", "campaign", "term", "content"] as const;

export type UtmField = (typeof UTM_FIELDS)[number];
export type Utm = Record<UtmField, string>;

type Parts = { base: string; pairs: string[]; fragment: string };

function split(url: string): Parts {
  const hash = url.indexOf("#");
  const [address, fragment] = hash < 0 ? [url, ""] : [url.slice(0, hash), url.slice(hash)];
  const mark = address.indexOf("?");
  if (mark < 0) return { base: address, pairs: [], fragment };
  return {
    base: address.slice(0, mark),
    pairs: address
      .slice(mark + 1)
      .split("&")
      .filter(Boolean),
    fragment,
  };
}

const nameOf = (pair: string): string => pair.split("=", 1)[0]?.toLowerCase() ?? "";

function readValue(pair: string): string {
  const value = pair.slice(nameOf(pair).length + 1).replaceAll("+", " ");
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

const isNamed = (pair: string, field: UtmField): boolean => nameOf(pair) === `utm_${field}`;

/** Return the parameters that a destination has; "" for each that it has not. */
export function readUtm(url: string): Utm {
  const { pairs } = split(url);
  const read = (field: UtmField) => readValue(pairs.find((pair) => isNamed(pair, field)) ?? "");
  return Object.fromEntries(UTM_FIELDS.map((field) => [field, read(field)])) as Utm;
}

/** Return the destination with these parameters: "" takes one out, what is not named stays. */
export function writeUtm(url: string, values: Partial<Utm>): string {
  const { base, pairs, fragment } = split(url);
  let next = pairs;
  for (const field of UTM_FIELDS) {
    const value = values[field];
    if (value === undefined) continue;
    const pair = value ? `utm_${field}=${encodeURIComponent(value)}` : null;
    const at = next.findIndex((other) => isNamed(other, field));
    const others = next.filter((other) => !isNamed(other, field));
    if (pair) others.splice(at < 0 ? others.length : at, 0, pair);
    next = others;
  }
  return `${base}${next.length ? `?${next.join("&")}` : ""}${fragment}`;
}
