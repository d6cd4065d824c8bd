/** Businesses from a file. Sending a row twice makes nothing twice: the API knows a business by its number. */
import { api, type Schemas, take } from "@/api/client";
import { ImportJob } from "@/features/import/job";
import type { Kind, Options } from "@/features/import/kind";
import type { Outcome } from "@/features/import/send";
import { toAmount } from "../business";
import type { NewBusiness } from "../changes";
import { FIELDS, guess, toBusiness } from "./columns";
import { ForAll } from "./for-all";

const businesses: Kind<NewBusiness> = {
  fields: FIELDS,
  needed: { name: "name", told: "Choose the column with the names first." },
  words: {
    title: "From a file",
    lead: "A CSV file with a row for each business, as lists and directories export it.",
    one: "business",
    many: "businesses",
    make: "Import",
    making: "Importing businesses",
    notTwice: "No business is made twice.",
    before: "Numbers may be written as people write them there.",
    kept: "are here already and stay as they are",
    look: { label: "Look at the businesses", href: "/businesses" },
  },
  options: { country: "", category: "", locale: "", on_duplicate: "skip" },
  OptionFields: ForAll,
  guess,
  convert: toBusiness,
  open: async (_, isDryRun, options) => ({ send: (rows) => sendBusinesses(rows, isDryRun, options) }),
  show: (name, value) => (name === "deal_value_micros" ? toAmount(Number(value)) : null),
};

async function sendBusinesses(rows: readonly NewBusiness[], isDryRun: boolean, options: Options): Promise<Outcome[]> {
  const body = {
    businesses: rows as Schemas["BusinessCreate"][],
    dry_run: isDryRun,
    on_duplicate: options.on_duplicate === "update" ? ("update" as const) : ("skip" as const),
  };
  const { results } = await take(api.POST("/v1/businesses/bulk", { body }));
  return results.map((result) => ("error" in result ? result.error : "skipped" in result ? "kept" : null));
}

export const businessImport = new ImportJob(businesses);
