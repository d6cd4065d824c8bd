"use client";

import { useSyncExternalStore } from "react";

const LARGE = "(min-width: 64rem)";

function subscribe(listener: () => void): () => void {
  const media = window.matchMedia(LARGE);
  media.addEventListener("change", listener);
  return () => media.removeEventListener("change", listener);
}

/** Return whether the window is wide enough for things side by side. */
export const useIsLarge = (): boolean =>
  useSyncExternalStore(
    subscribe,
    () => window.matchMedia(LARGE).matches,
    () => true,
  );
