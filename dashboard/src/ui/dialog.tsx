"use client";

/** What lies over the page: a dialog in the middle, or a sheet at the side. Radix keeps focus and Escape right. */
import * as Radix from "@radix-ui/react-dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "./button";
import { classes } from "./classes";

type Props = {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  lead?: ReactNode;
  children: ReactNode;
  /** What stays in sight below: the buttons. */
  footer?: ReactNode;
  shape?: "dialog" | "wide" | "sheet";
};

const SHAPES = {
  dialog:
    "left-1/2 top-1/2 w-[min(30rem,calc(100vw-1.5rem))] max-h-[calc(100dvh-2rem)] -translate-x-1/2 -translate-y-1/2 rounded-xl motion-safe:animate-[fade_.16s_ease-out]",
  wide: "left-1/2 top-1/2 w-[min(60rem,calc(100vw-1.5rem))] max-h-[calc(100dvh-2rem)] -translate-x-1/2 -translate-y-1/2 rounded-xl motion-safe:animate-[fade_.16s_ease-out]",
  sheet: "inset-y-0 right-0 w-full sm:w-[34rem] sm:rounded-l-xl motion-safe:animate-[slide_.2s_ease-out]",
};

/** Begin where the content says (`data-autofocus`), and otherwise at the first thing there is, as Radix does. */
function focusChosen(event: Event): void {
  const content = event.currentTarget instanceof HTMLElement ? event.currentTarget : null;
  const chosen = content?.querySelector<HTMLElement>("[data-autofocus]");
  if (!chosen) return;
  event.preventDefault();
  chosen.focus();
}

export function Dialog({ isOpen, onClose, title, lead, children, footer, shape = "dialog" }: Props) {
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-50 bg-[rgb(10_14_20/0.5)] motion-safe:animate-[fade_.16s_ease-out]" />
        <Radix.Content
          aria-describedby={undefined}
          onOpenAutoFocus={focusChosen}
          className={classes(
            "fixed z-50 flex flex-col overflow-hidden border border-line bg-paper shadow-float focus:outline-none",
            SHAPES[shape],
          )}
        >
          <header className="flex items-start justify-between gap-4 px-5 pt-4 pb-3">
            <div className="grid gap-1 pt-1">
              <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
              {lead && <div className="text-sm text-quiet">{lead}</div>}
            </div>
            <Radix.Close asChild>
              <IconButton label="Close" icon={X} className="-mr-2" />
            </Radix.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">{children}</div>
          {footer && (
            <footer className="flex flex-wrap items-center justify-end gap-2.5 border-t border-line bg-panel px-5 py-3">
              {footer}
            </footer>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
