/** Countries by the names that people of this browser's language give them. */
import { language } from "./numbers";

const regions = new Intl.DisplayNames(language, { type: "region", fallback: "code" });

export function countryName(code: string): string {
  try {
    return regions.of(code) ?? code;
  } catch {
    // A database of places may hold codes that no standard knows.
    return code;
  }
}
