/** From the cells of a row to a link. What cannot be read is sent as it is: the API says best what is wrong with it. */
import { readCells } from "@/features/import/cells";
import type { Mapping, Origin } from "@/features/import/kind";
import type { FieldName, NewLink } from "./fields";

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const LOCAL_MOMENT = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)$/;
const TAG_BREAKS = /[,;|]/;
const WHOLE = /^\d+$/;
const TRUTH: Record<string, boolean> = { true: true, yes: true, "1": true, false: false, no: false, "0": false };

/** Args: origin, kept with the link, so that none is made twice. */
export function toLink(
  cells: readonly string[],
  mapping: Mapping,
  extraTags: readonly string[],
  origin: Origin,
): NewLink {
  const link: Record<string, unknown> = {};
  for (const [name, cell] of readCells(cells, mapping)) link[name] = READ[name as FieldName]?.(cell) ?? cell;
  if (extraTags.length) link.tags = [...(Array.isArray(link.tags) ? link.tags : []), ...extraTags];
  link.metadata = withOrigin(link.metadata, origin);
  return { target_url: "", ...link } as NewLink;
}

const number = (cell: string): unknown => (WHOLE.test(cell) ? Number(cell) : cell);

const READ: Partial<Record<FieldName, (cell: string) => unknown>> = {
  short_code: readCode,
  tags: readTags,
  expires_at: readMoment,
  max_clicks: number,
  redirect_status: number,
  cache_seconds: number,
  is_active: (cell) => TRUTH[cell.toLowerCase()] ?? cell,
  metadata: (cell) => parse(cell) ?? cell,
};

/** A code, or the last part of a short address that ends with it. */
function readCode(cell: string): string {
  const path = cell.replace(/[?#].*$/, "").replace(/\/+$/, "");
  return path.slice(path.lastIndexOf("/") + 1) || cell;
}

function readTags(cell: string): unknown {
  const list = cell.startsWith("[") ? parse(cell) : null;
  if (Array.isArray(list)) return list;
  return cell
    .split(TAG_BREAKS)
    .map((tag) => tag.trim())
    .filter(Boolean);
}

/** Moments without a zone are taken for UTC, as exports write them. */
function readMoment(cell: string): string {
  if (DAY.test(cell)) return `${cell}T00:00:00Z`;
  const [, day, time] = LOCAL_MOMENT.exec(cell) ?? [];
  return day ? `${day}T${time}Z` : cell;
}

function parse(cell: string): unknown {
  try {
    return JSON.parse(cell);
  } catch {
    return null;
  }
}

function withOrigin(metadata: unknown, origin: Origin): unknown {
  if (metadata === undefined) return origin;
  return typeof metadata === "object" && metadata !== null ? { ...metadata, ...origin } : metadata;
}
