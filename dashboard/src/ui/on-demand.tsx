"use client";

/** A button whose menu is loaded when somebody is about to open it: what is closed should cost the first load nothing. */
import { type ComponentType, cloneElement, lazy, type ReactElement, Suspense, useMemo, useRef, useState } from "react";

type ButtonProps = {
  onClick?: () => void;
  onKeyDown?: (event: { key: string; preventDefault: () => void }) => void;
  onPointerEnter?: () => void;
  onFocus?: () => void;
  "aria-haspopup"?: "menu";
  "aria-expanded"?: boolean;
};

/**
 * Args: trigger, the button as long as nothing is open; load, which gives what replaces it, already open, with a button of
 * the same look; with, what that is given.
 */
export function OnDemand<P extends object>({
  trigger,
  load,
  with: props,
}: {
  trigger: ReactElement<ButtonProps>;
  load: () => Promise<{ default: ComponentType<P> }>;
  with?: P;
}) {
  const [isAsked, setAsked] = useState(false);
  const loading = useRef(load);
  const Menu = useMemo(() => lazy(() => loading.current()), []);
  // Should it fail, opening the menu says so.
  const warm = () => void loading.current().catch(() => undefined);
  const ask = () => setAsked(true);
  const button = cloneElement(trigger, {
    onClick: ask,
    onKeyDown: (event) => {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      ask();
    },
    onPointerEnter: warm,
    onFocus: warm,
    "aria-haspopup": "menu",
    "aria-expanded": false,
  });
  if (!isAsked) return button;
  return (
    <Suspense fallback={trigger}>
      <Menu {...(props as P)} />
    </Suspense>
  );
}
