"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";

const TYPED_INTO = "input, textarea, select, [contenteditable], [role='dialog'], [role='menu']";

/** Ctrl-K or ⌘K anywhere; c, g l, g a, g b, g i, g c, g s where nothing is typed into. */
export function useShortcuts({ onPalette }: { onPalette: () => void }): void {
  const router = useRouter();
  const waiting = useRef(false);
  useEffect(() => {
    const go: Record<string, string> = {
      l: "/",
      a: "/analytics",
      b: "/businesses",
      i: "/sites",
      c: "/campaigns",
      s: "/settings",
    };
    const listen = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        onPalette();
        return;
      }
      const at = event.target instanceof Element ? event.target : null;
      if (event.ctrlKey || event.metaKey || event.altKey || at?.closest(TYPED_INTO)) return;
      const place = go[event.key];
      if (waiting.current && place) router.push(place);
      else if (event.key === "c") router.push("/?new=1");
      else if (event.key === "/") {
        const search = document.querySelector<HTMLInputElement>("input[type='search']");
        if (search) {
          event.preventDefault();
          search.focus();
        }
      }
      waiting.current = event.key === "g";
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [router, onPalette]);
}
