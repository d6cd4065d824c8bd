const DAY_MS = 86_400_000;

export const EXPIRIES = [
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In a year" },
  { value: "date", label: "On a day of my choice" },
  { value: "never", label: "Never" },
] as const;

export type Expiry = (typeof EXPIRIES)[number]["value"];

/** Return the instant for the API, null for never. A chosen day is over at its end, in the zone of the browser. */
export function expiryOf(choice: Expiry, day: string, now = Date.now()): string | null {
  if (choice === "never") return null;
  if (choice !== "date") return new Date(now + Number(choice) * DAY_MS).toISOString();
  const end = new Date(`${day}T23:59:59`);
  return Number.isNaN(end.getTime()) ? null : end.toISOString();
}
