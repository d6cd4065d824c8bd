import { X } from "lucide-react";
import { Button } from "./button";

export type Chip = { name: string; text: string };

/** The filters in use, each of which a click takes away. */
export function Chips({ chips, onRemove }: { chips: readonly Chip[]; onRemove: (names: readonly string[]) => void }) {
  if (!chips.length) return null;
  return (
    <ul aria-label="Filters in use" className="flex flex-wrap gap-2">
      {chips.map(({ name, text }) => (
        <li key={name}>
          <button
            type="button"
            aria-label={`Remove the filter ${text}`}
            onClick={() => onRemove([name])}
            className="flex h-8 max-w-64 items-center gap-1.5 rounded-full bg-accent-wash pr-2 pl-3 text-sm text-accent-ink hover:underline"
          >
            <span className="truncate">{text}</span>
            <X aria-hidden className="size-3.5 shrink-0" />
          </button>
        </li>
      ))}
      <li>
        <Button size="sm" look="ghost" onClick={() => onRemove(chips.map(({ name }) => name))}>
          Remove all
        </Button>
      </li>
    </ul>
  );
}
