/** What a row of a file can say about a business, and what such columns are called. */
import { readCells } from "@/features/import/cells";
import type { Field, Guess, Mapping, Options } from "@/features/import/kind";
import { findColumns, plainName } from "@/features/import/names";
import { toMicros } from "../business";
import type { NewBusiness } from "../changes";

export const FIELDS: readonly Field[] = [
  { name: "name", label: "Name" },
  { name: "phone", label: "Phone" },
  { name: "category", label: "Category" },
  { name: "country", label: "Country" },
  { name: "email", label: "E-mail" },
  { name: "address", label: "Address" },
  { name: "locale", label: "Language", isRare: true },
  { name: "time_zone", label: "Time zone", isRare: true },
  { name: "notes", label: "Notes", isRare: true },
  { name: "deal_value", label: "Deal value", isRare: true },
  { name: "deal_value_micros", label: "Deal value in millionths", isRare: true },
];

/** As letters and digits alone; the first that is there is taken. */
const NAMES: Record<string, readonly string[]> = {
  name: ["name", "businessname", "business", "company", "companyname", "title", "firma", "firmenname"],
  phone: ["phone", "phonenumber", "telephone", "tel", "mobile", "phone1", "telefon", "handy", "number"],
  category: ["category", "type", "industry", "maincategory", "categories", "kategorie", "branche"],
  country: ["country", "countrycode", "land"],
  email: ["email", "emailaddress", "mail", "email1"],
  address: ["address", "fulladdress", "streetaddress", "street", "adresse", "anschrift"],
  locale: ["locale", "language", "lang", "sprache"],
  time_zone: ["timezone", "tz", "zeitzone"],
  notes: ["notes", "note", "comment", "comments", "remarks", "notizen"],
  deal_value: ["dealvalue", "value", "revenue"],
  deal_value_micros: ["dealvaluemicros"],
};

const NUMBER = /^\+?[\d\s()/.-]{6,}$/;

/** Return what the first rows of a file say about its columns. */
export function guess(rows: readonly (readonly string[])[]): Guess {
  const [first = []] = rows;
  const mapping = findColumns(FIELDS, NAMES, first);
  if (Object.keys(mapping).length) {
    const isOurs = first.some((name) => plainName(name) === "sitestatus");
    return { hasHeader: true, source: isOurs ? "Vayro" : null, mapping };
  }
  const phone = first.findIndex((cell) => NUMBER.test(cell.trim()));
  // Names that nobody knows stand over columns all the same; a row with a number in it is a row of the list.
  const hasHeader = phone < 0;
  return { hasHeader, source: null, mapping: hasHeader ? {} : { name: phone === 0 ? 1 : 0, phone } };
}

/** From the cells of a row to a business. What cannot be read is sent as it is: the API says best what is wrong. */
export function toBusiness(cells: readonly string[], mapping: Mapping, options: Options): NewBusiness {
  const business: Record<string, unknown> = {};
  for (const [name, cell] of readCells(cells, mapping)) {
    if (name === "deal_value") business.deal_value_micros = toMicros(cell) ?? cell;
    else if (name === "deal_value_micros") business[name] = /^\d+$/.test(cell) ? Number(cell) : cell;
    else business[name] = cell;
  }
  for (const name of ["country", "category", "locale"]) if (options[name]) business[name] ??= options[name];
  return { name: "", ...business };
}
