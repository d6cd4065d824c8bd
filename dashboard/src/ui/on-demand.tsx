"use client";

/** Parts that are loaded when somebody is about to open them: what is closed should cost the first load nothing. */
import {
  type ComponentProps,
  type ComponentType,
  cloneElement,
  lazy,
  type ReactElement,
  Suspense,
  useState,
} from "react";

type ButtonProps = ComponentProps<"button">;
export type Trigger = ReactElement<ButtonProps>;

/** Load a part ahead. Should it fail, opening it says so. */
export const warm = (load: () => Promise<unknown>): void => void load().catch(() => undefined);

/** Return the button of what is closed and not loaded yet. As menus do, it opens one by the arrow key, too. */
export function closedTrigger(
  trigger: Trigger,
  kind: "menu" | "dialog",
  load: () => Promise<unknown>,
  onOpen: () => void,
): Trigger {
  const openByArrow: ButtonProps["onKeyDown"] = (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    onOpen();
  };
  return cloneElement(trigger, {
    onClick: onOpen,
    ...(kind === "menu" && { onKeyDown: openByArrow }),
    onPointerEnter: () => warm(load),
    onFocus: () => warm(load),
    "aria-haspopup": kind,
    "aria-expanded": false,
  });
}

/**
 * A button whose menu is loaded on demand. Args: trigger, the button as long as nothing is open; load, which gives what
 * replaces it, already open, with a button of the same look; with, what that is given.
 */
export function OnDemand<P extends object>({
  trigger,
  load,
  with: props,
}: {
  trigger: Trigger;
  load: () => Promise<{ default: ComponentType<P> }>;
  with?: P;
}) {
  const [isAsked, setAsked] = useState(false);
  const [Menu] = useState(() => lazy(load));
  if (!isAsked) return closedTrigger(trigger, "menu", load, () => setAsked(true));
  return (
    <Suspense fallback={trigger}>
      <Menu {...(props as P)} />
    </Suspense>
  );
}
