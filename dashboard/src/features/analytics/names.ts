/** What people call the values that clicks have. */
import { countryName } from "@/ui/countries";
import type { Dimension } from "./question";

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

/** Return what is shown for a value; "" is what is not known. */
export function valueName(dimension: Dimension, value: string): string {
  if (!value) return UNKNOWN[dimension] ?? "Unknown";
  if (dimension === "country") return countryName(value);
  if (dimension === "device") return DEVICES[value] ?? value;
  return value;
}
