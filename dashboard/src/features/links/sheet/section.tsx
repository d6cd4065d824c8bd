import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";

/** A part of the form that opens when it is needed. `told` says in a word what is set inside. */
export function Section({
  title,
  told,
  isOpen = false,
  onToggle,
  children,
}: {
  title: string;
  told?: ReactNode;
  isOpen?: boolean;
  onToggle?: (isOpen: boolean) => void;
  children: ReactNode;
}) {
  return (
    <details
      className="group border-t border-line"
      open={isOpen}
      onToggle={(event) => onToggle?.(event.currentTarget.open)}
    >
      <summary className="flex min-h-12 cursor-pointer list-none items-center gap-2 text-base font-semibold">
        <ChevronRight aria-hidden className="size-4 shrink-0 text-quiet transition-transform group-open:rotate-90" />
        <span className="shrink-0">{title}</span>
        {told && <span className="min-w-0 truncate text-sm font-normal text-quiet">{told}</span>}
      </summary>
      <div className="grid gap-4 pt-1 pb-5">{children}</div>
    </details>
  );
}
