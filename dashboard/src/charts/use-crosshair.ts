"use client";

/**
 * Where in a row of points somebody looks, and which stretch they choose: by pointer, finger or keys.
 *
 * Arrows move, Home and End jump, with Shift they choose; Enter takes what is chosen, Escape lets it go.
 */
import { type KeyboardEvent, type PointerEvent, useState } from "react";

export type Crosshair = { at: number | null; anchor: number | null };
export type Chosen = { first: number; last: number };

const NOWHERE: Crosshair = { at: null, anchor: null };
const PAGE = 10;

/** Return what is chosen: two points or more. */
export function chosenOf({ at, anchor }: Crosshair): Chosen | null {
  if (at === null || anchor === null || at === anchor) return null;
  return { first: Math.min(at, anchor), last: Math.max(at, anchor) };
}

/** Return where a key leads, or null when it leads nowhere. */
export function moveByKey(now: Crosshair, key: string, isShift: boolean, count: number): Crosshair | null {
  const from = now.at ?? count - 1;
  const steps: Record<string, number> = {
    ArrowLeft: from - 1,
    ArrowRight: now.at === null ? from : from + 1,
    PageUp: from - PAGE,
    PageDown: from + PAGE,
    Home: 0,
    End: count - 1,
  };
  const to = steps[key];
  if (to === undefined || count === 0) return null;
  const at = Math.max(0, Math.min(count - 1, to));
  return { at, anchor: isShift ? (now.anchor ?? from) : null };
}

export function useCrosshair(count: number, indexAt: (x: number) => number, onChoose?: (chosen: Chosen) => void) {
  const [stored, setCrosshair] = useState(NOWHERE);
  const [isDragging, setDragging] = useState(false);
  // Fewer points may have come than there were: then the place is gone.
  const crosshair = (stored.at ?? 0) < count && (stored.anchor ?? 0) < count ? stored : NOWHERE;
  const chosen = chosenOf(crosshair);
  const take = () => {
    if (chosen && onChoose) onChoose(chosen);
    setCrosshair(NOWHERE);
  };
  const place = (event: PointerEvent<HTMLElement>) =>
    indexAt(event.clientX - event.currentTarget.getBoundingClientRect().left);
  return {
    crosshair,
    chosen,
    handlers: {
      onPointerDown: (event: PointerEvent<HTMLElement>) => {
        if (event.button !== 0) return;
        const at = place(event);
        setCrosshair({ at, anchor: onChoose ? at : null });
        setDragging(true);
        if (event.pointerType === "mouse") event.currentTarget.setPointerCapture(event.pointerId);
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        const at = place(event);
        setCrosshair((now) => ({ at, anchor: isDragging ? now.anchor : null }));
      },
      onPointerUp: () => {
        setDragging(false);
        if (chosen) take();
        else setCrosshair((now) => ({ ...now, anchor: null }));
      },
      // The browser took the finger for scrolling.
      onPointerCancel: () => {
        setDragging(false);
        setCrosshair(NOWHERE);
      },
      onPointerLeave: () => {
        if (!isDragging) setCrosshair(NOWHERE);
      },
      onBlur: () => setCrosshair(NOWHERE),
      onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
        const next = moveByKey(crosshair, event.key, event.shiftKey && Boolean(onChoose), count);
        if (next) setCrosshair(next);
        else if (event.key === "Enter" && chosen) take();
        else if (event.key === "Escape" && crosshair.at !== null) setCrosshair(NOWHERE);
        else return;
        event.preventDefault();
        event.stopPropagation();
      },
    },
  };
}
