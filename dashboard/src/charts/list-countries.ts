import { countryName } from "@/ui/countries";
import { COUNTRY_CODES } from "./country-codes";

/** Return all countries, in the order of their names. */
export const listCountries = (): { code: string; name: string }[] =>
  COUNTRY_CODES.map((code) => ({ code, name: countryName(code) })).sort((one, other) =>
    one.name.localeCompare(other.name),
  );
