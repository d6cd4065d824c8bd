import { AppWindow, FileDown, type LucideIcon, MessageSquareText, Plus, Store } from "lucide-react";
import type { Scope } from "@/api/session";
import { PARTS, PLACES, SETTINGS } from "./navigation";

/** Something the palette leads to. `words`: what it is also found by. */
export type Entry = { href: string; label: string; icon: LucideIcon; needs?: Scope; words?: string };

export const DEEDS: readonly Entry[] = [
  { href: "/?new=1", label: "New link", icon: Plus, needs: "links:write", words: "create make shorten" },
  { href: "/businesses?add=1", label: "Add a business", icon: Store, needs: "sites:write", words: "new create" },
  { href: "/businesses/import", label: "Import businesses", icon: FileDown, needs: "sites:write", words: "csv" },
  { href: "/sites?new=1", label: "Generate a site", icon: AppWindow, needs: "sites:write", words: "new make" },
  {
    href: "/campaigns/new",
    label: "New campaign",
    icon: MessageSquareText,
    needs: "campaigns:write",
    words: "create make send sms compose",
  },
];

const SETTINGS_PAGES = SETTINGS.map((place) => ({ ...place, label: `Settings: ${place.label}` }));

export const DESTINATIONS: readonly Entry[] = [...PLACES, ...PARTS, ...SETTINGS_PAGES].filter(
  (place, index, all) => all.findIndex(({ label }) => label === place.label) === index,
);

/** Whether each word that was typed begins a word of what it is called, or of what it is also found by. */
export function isMeant(typed: string, { label, words }: Pick<Entry, "label" | "words">): boolean {
  const known = split(`${label} ${words ?? ""}`);
  return split(typed).every((wanted) => known.some((word) => word.startsWith(wanted)));
}

function split(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
