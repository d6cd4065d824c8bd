import type { KeyboardEvent } from "react";
import { classes } from "@/ui/classes";
import type { Variant } from "../types";
import { VARIANTS } from "../words";

/** The texts to choose from. Arrow keys go from one to the next, as in every list of tabs. */
export function VariantTabs({ value, onChange }: { value: Variant; onChange: (variant: Variant) => void }) {
  const walk = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = VARIANTS.findIndex((one) => one.value === value);
    const next = VARIANTS[(at + step + VARIANTS.length) % VARIANTS.length];
    if (!next) return;
    onChange(next.value);
    document.getElementById(`variant-${next.value}`)?.focus();
  };
  return (
    <div
      role="tablist"
      aria-label="Text"
      onKeyDown={walk}
      className="grid grid-cols-2 gap-1 rounded-md border border-line bg-sunken p-1 sm:grid-cols-4"
    >
      {VARIANTS.map((one) => {
        const isOpen = one.value === value;
        return (
          <button
            key={one.value}
            id={`variant-${one.value}`}
            type="button"
            role="tab"
            aria-selected={isOpen}
            aria-controls="message-preview"
            tabIndex={isOpen ? 0 : -1}
            onClick={() => onChange(one.value)}
            className={classes(
              "h-10 rounded-sm px-2 text-base transition-colors",
              isOpen ? "bg-panel font-semibold text-ink shadow-sm" : "text-quiet hover:text-ink",
            )}
          >
            {one.label}
          </button>
        );
      })}
    </div>
  );
}
