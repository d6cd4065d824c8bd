/** The chosen links as a CSV file. */
import { saveFile } from "@/ui/save-file";
import type { Link } from "../link";

const COLUMNS = [
  "short_url",
  "target_url",
  "title",
  "tags",
  "is_active",
  "clicks",
  "expires_at",
  "max_clicks",
  "created_at",
] as const satisfies readonly (keyof Link)[];

const FORMULA = /^[=+\-@\t\r]/;
const QUOTED = /[",\r\n]/;

/** Return a cell. What a spreadsheet would take for a formula gets an apostrophe before it. */
export function toCell(value: Link[keyof Link]): string {
  const text = Array.isArray(value) ? value.join(" ") : value === null ? "" : String(value);
  const safe = typeof value !== "number" && FORMULA.test(text) ? `'${text}` : text;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Return the links as CSV by RFC 4180, with a head. */
export function toCsv(links: readonly Link[]): string {
  const rows = links.map((link) => COLUMNS.map((column) => toCell(link[column])).join(","));
  return [COLUMNS.join(","), ...rows, ""].join("\r\n");
}

export const downloadCsv = (links: readonly Link[]): void =>
  saveFile("links.csv", new Blob([toCsv(links)], { type: "text/csv;charset=utf-8" }));
