"use client";

/** A small panel beside a button; a click outside or Escape closes it. What it stands on is loaded with the first. */
import { lazy, type ReactNode, Suspense, useState } from "react";
import { closedTrigger, type Trigger } from "./on-demand";

export type PopoverProps = {
  trigger: Trigger;
  children: ReactNode;
  label: string;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  align?: "start" | "center" | "end";
};

const load = () => import("./popover-panel");
const PopoverPanel = lazy(load);

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
  return closedTrigger(trigger, "dialog", load, () => {
    setAsked(true);
    onOpenChange(true);
  });
}
