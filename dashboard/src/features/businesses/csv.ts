/** The chosen businesses as a CSV file, with the columns of the export of all: it can be imported again. */
import { toCsvLine } from "@/features/import/csv";
import { saveFile } from "@/ui/save-file";
import type { Business } from "./business";

const COLUMNS = [
  "name",
  "category",
  "phone",
  "email",
  "address",
  "country",
  "locale",
  "time_zone",
  "notes",
  "deal_value_micros",
  "id",
] as const satisfies readonly (keyof Business)[];

/** Return the businesses as CSV by RFC 4180, with a head. */
export function toCsv(businesses: readonly Business[]): string {
  const head = [...COLUMNS, "site_status", "short_url", "site_url"];
  const rows = businesses.map((business) => [
    ...COLUMNS.map((column) => String(business[column] ?? "")),
    business.site?.status ?? "",
    business.site?.short_url ?? "",
    business.site?.url ?? "",
  ]);
  return [head, ...rows].map(toCsvLine).join("");
}

export const downloadCsv = (businesses: readonly Business[]): void =>
  saveFile("businesses.csv", new Blob([toCsv(businesses)], { type: "text/csv;charset=utf-8" }));
