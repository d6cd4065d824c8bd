"use client";

/** A small panel beside a button; a click outside or Escape closes it. What it stands on is loaded with the first. */
import { type ComponentProps, cloneElement, lazy, type ReactElement, type ReactNode, Suspense, useState } from "react";

export type PopoverProps = {
  trigger: ReactElement<ComponentProps<"button">>;
  children: ReactNode;
  label: string;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  align?: "start" | "center" | "end";
};

const load = () => import("./popover-panel");
const PopoverPanel = lazy(load);
// Should it fail, opening the panel says so.
const warm = () => void load().catch(() => undefined);

export function Popover(props: PopoverProps) {
  const [isAsked, setAsked] = useState(false);
  const { trigger, isOpen, onOpenChange } = props;
  if (isAsked || isOpen) {
    return (
      <Suspense fallback={trigger}>
        <PopoverPanel {...props} />
      </Suspense>
    );
  }
  const ask = () => {
    setAsked(true);
    onOpenChange(true);
  };
  return cloneElement(trigger, {
    onClick: ask,
    onPointerEnter: warm,
    onFocus: warm,
    "aria-haspopup": "dialog",
    "aria-expanded": false,
  });
}
