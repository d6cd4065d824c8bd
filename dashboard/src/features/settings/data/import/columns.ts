/** Guesses: whose export a file is, and what its columns hold. People see the guess and can change it. */
import type { Guess, Mapping } from "@/features/import/kind";
import { findColumns, plainName } from "@/features/import/names";
import { FIELDS, type FieldName } from "./fields";

/** What columns are called, here and elsewhere, as letters and digits alone; the first that is there is taken. */
const NAMES: Record<FieldName, readonly string[]> = {
  target_url: ["targeturl", "destinationurl", "destination", "longurl", "originalurl", "longlink", "target", "url"],
  short_code: [
    "shortcode",
    "slashtag",
    "keyword",
    "customcode",
    "backhalf",
    "slug",
    "alias",
    "key",
    "shortlink",
    "shorturl",
    "bitlink",
    "link",
    "code",
  ],
  title: ["title", "linktitle", "name"],
  tags: ["tags", "tag", "tagnames", "labels"],
  domain: ["domain"],
  expires_at: ["expiresat", "expires", "validuntil", "expirationdate", "expirydate", "expiration"],
  expired_url: ["expiredurl", "expirationurl"],
  max_clicks: ["maxclicks", "maxvisits", "clicklimit"],
  password: ["password"],
  is_active: ["isactive", "active", "enabled"],
  redirect_status: ["redirectstatus"],
  cache_seconds: ["cacheseconds"],
  link_type: ["linktype"],
  metadata: ["metadata"],
};

type Source = { name: string; has: readonly string[]; hasOneOf?: readonly string[] };

/** Asked in this order: the surest signs first. */
const SOURCES: readonly Source[] = [
  { name: "Vayro", has: ["targeturl", "shortcode", "linktype"] },
  { name: "Rebrandly", has: ["slashtag"], hasOneOf: ["destination", "destinationurl"] },
  { name: "YOURLS", has: ["keyword", "url"] },
  { name: "Shlink", has: ["longurl", "shortcode"] },
  { name: "Bitly", has: ["longurl"], hasOneOf: ["bitlink", "link", "custombitlinks", "backhalf", "bitlinkid"] },
  { name: "Dub", has: ["key", "url"] },
  { name: "Dub", has: ["shortlink"], hasOneOf: ["destinationurl", "url"] },
];

const ADDRESS = /^https?:\/\/\S+$/i;
const MOST = 0.8;

/** Return what the first rows of a file say about its columns. */
export function guess(rows: readonly (readonly string[])[]): Guess {
  const [first = [], ...rest] = rows;
  const hasHeader = !first.some((cell) => ADDRESS.test(cell.trim()));
  if (!hasHeader) return { hasHeader, source: null, mapping: withDestination({}, rows) };
  const names = first.map(plainName);
  const source = findSource(names);
  return { hasHeader, source, mapping: withDestination(byName(first, source), rest) };
}

function findSource(names: readonly string[]): string | null {
  const has = (name: string) => names.includes(name);
  return SOURCES.find((one) => one.has.every(has) && (one.hasOneOf?.some(has) ?? true))?.name ?? null;
}

/** Domains of other services are not ours: their column is left out unless somebody chooses it. */
function byName(header: readonly string[], source: string | null): Mapping {
  const isForeign = source !== null && source !== "Vayro";
  return findColumns(isForeign ? FIELDS.filter(({ name }) => name !== "domain") : FIELDS, NAMES, header);
}

/** Without a column of a known name, the destination is in the one whose cells are the longest addresses. */
function withDestination(mapping: Mapping, samples: readonly (readonly string[])[]): Mapping {
  if (mapping.target_url !== undefined) return mapping;
  const width = Math.max(0, ...samples.map((row) => row.length));
  let best: { column: number; length: number } | null = null;
  for (let column = 0; column < width; column++) {
    const cells = samples.map((row) => row[column]?.trim() ?? "").filter(Boolean);
    const addresses = cells.filter((cell) => ADDRESS.test(cell));
    if (!cells.length || addresses.length < cells.length * MOST) continue;
    const length = addresses.join("").length / addresses.length;
    if (!best || length > best.length) best = { column, length };
  }
  return best ? { ...mapping, target_url: best.column } : mapping;
}
