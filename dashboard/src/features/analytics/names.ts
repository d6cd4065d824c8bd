/** What people call the values that clicks have. */
import { language } from "@/ui/numbers";
import type { Dimension } from "./question";

const regions = new Intl.DisplayNames(language, { type: "region", fallback: "code" });

const DEVICES: Record<string, string> = {
  mobile: "Phone",
  desktop: "Computer",
  tablet: "Tablet",
  bot: "Bot",
  other: "Other",
};
const UNKNOWN: Partial<Record<Dimension, string>> = { referer: "Direct or not told" };

export const DIMENSION_NAMES: Record<Dimension, { one: string; many: string }> = {
  country: { one: "Country", many: "Countries" },
  city: { one: "City", many: "Cities" },
  referer: { one: "Referrer", many: "Referrers" },
  device: { one: "Device", many: "Devices" },
  browser: { one: "Browser", many: "Browsers" },
  os: { one: "System", many: "Operating systems" },
};

export function countryName(code: string): string {
  try {
    return regions.of(code) ?? code;
  } catch {
    // A database of places may hold codes that no standard knows.
    return code;
  }
}

/** Return what is shown for a value; "" is what is not known. */
export function valueName(dimension: Dimension, value: string): string {
  if (!value) return UNKNOWN[dimension] ?? "Unknown";
  if (dimension === "country") return countryName(value);
  if (dimension === "device") return DEVICES[value] ?? value;
  return value;
}
