/** The question that the page asks, as the address bar holds it and as the API takes it. */
import type { Patch } from "@/shell/url-state";
import { DEFAULT_PRESET, INTERVALS, type Interval, intervalsFor, isPreset, type Range, readCustom } from "./ranges";
import { browserZone, isZone } from "./wall-clock";

export type Dimension = "country" | "city" | "device" | "browser" | "os" | "referer";
export type Filters = Partial<Record<Dimension, string>>;

/** Whether bots are left out, counted among the clicks, or looked at alone. */
export type Bots = "out" | "in" | "only";

export type Question = {
  range: Range;
  /** null: what fits the range. */
  interval: Interval | null;
  zone: string;
  bots: Bots;
  isCompared: boolean;
  filters: Filters;
};

export const DIMENSIONS: readonly Dimension[] = ["country", "city", "device", "browser", "os", "referer"];
const BOTS: readonly Bots[] = ["out", "in", "only"];
/** "" is a value of its own (not known), but an empty parameter is none in the address. */
const UNKNOWN = "~";

/** Return the question that an address asks; what makes no sense in it is left out. */
export function readQuestion(params: URLSearchParams): Question {
  const preset = params.get("range");
  const range = readCustom(params.get("from"), params.get("to")) ?? (isPreset(preset) ? preset : DEFAULT_PRESET);
  const interval = INTERVALS.find(({ value }) => value === params.get("interval"))?.value ?? null;
  const zone = params.get("zone");
  return {
    range,
    interval: interval && intervalsFor(range).includes(interval) ? interval : null,
    zone: zone && isZone(zone) ? zone : browserZone(),
    bots: BOTS.find((bots) => bots === params.get("bots")) ?? "out",
    isCompared: params.get("compare") === "1",
    filters: readFilters(params),
  };
}

/** Return what must change in the address for this change of the question. */
export function writeQuestion(change: Partial<Question>): Patch {
  const patch: Patch = {};
  if (change.range !== undefined) Object.assign(patch, writeRange(change.range));
  if (change.interval !== undefined) patch.interval = change.interval;
  if (change.zone !== undefined) patch.zone = change.zone === browserZone() ? null : change.zone;
  if (change.bots !== undefined) patch.bots = change.bots === "out" ? null : change.bots;
  if (change.isCompared !== undefined) patch.compare = change.isCompared ? "1" : null;
  if (change.filters) {
    for (const dimension of DIMENSIONS) {
      const value = change.filters[dimension];
      patch[dimension] = value === undefined ? null : value || UNKNOWN;
    }
  }
  return patch;
}

/** Return the filters with this value chosen; chosen again, it is let go. */
export function toggleFilter(filters: Filters, dimension: Dimension, value: string): Filters {
  const others = withoutFilter(filters, dimension);
  // A city lies in its country: with another country it would find nothing.
  if (dimension === "country") delete others.city;
  return filters[dimension] === value ? others : { ...others, [dimension]: value };
}

/** Return the filters without one, as the list of its own values is asked for: it shows what else could be chosen. */
export function withoutFilter(filters: Filters, dimension: Dimension): Filters {
  const others = { ...filters };
  delete others[dimension];
  return others;
}

function writeRange(range: Range): Patch {
  if (typeof range === "object") return { range: null, from: range.from, to: range.to, interval: null };
  return { range: range === DEFAULT_PRESET ? null : range, from: null, to: null, interval: null };
}

function readFilters(params: URLSearchParams): Filters {
  const filters: Filters = {};
  for (const dimension of DIMENSIONS) {
    const value = params.get(dimension);
    if (value) filters[dimension] = value === UNKNOWN ? "" : value;
  }
  return filters;
}
