"use client";

import * as Radix from "@radix-ui/react-popover";
import type { ReactNode } from "react";

/** A small panel beside a button; a click outside or Escape closes it. */
export function Popover({
  trigger,
  children,
  label,
  isOpen,
  onOpenChange,
  align = "start",
}: {
  trigger: ReactNode;
  children: ReactNode;
  label: string;
  isOpen?: boolean;
  onOpenChange?: (isOpen: boolean) => void;
  align?: "start" | "center" | "end";
}) {
  return (
    <Radix.Root open={isOpen} onOpenChange={onOpenChange}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 w-[min(22rem,calc(100vw-1rem))] rounded-lg border border-line bg-panel p-4 shadow-float motion-safe:animate-[rise_.12s_ease-out]"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
