"use client";

/** The panel of a popover, which comes when it is asked for: see popover.tsx. */
import * as Radix from "@radix-ui/react-popover";
import type { PopoverProps } from "./popover";

export default function PopoverPanel({
  trigger,
  children,
  label,
  isOpen,
  onOpenChange,
  align = "start",
}: PopoverProps) {
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
