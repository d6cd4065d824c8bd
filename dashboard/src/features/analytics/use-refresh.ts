"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";

/** Counting takes the server a moment: a busy link does not make it count without end. */
const PAUSE_MS = 8_000;

/** Return what asks for all numbers again: soon, but not more often than once in 8 s. */
export function useRefresh(): () => void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const last = useRef(0);
  useEffect(
    () => () => {
      if (timer.current) clearTimeout(timer.current);
    },
    [],
  );
  return useCallback(() => {
    if (timer.current) return;
    const wait = Math.max(300, last.current + PAUSE_MS - Date.now());
    timer.current = setTimeout(() => {
      timer.current = null;
      last.current = Date.now();
      void client.invalidateQueries({ queryKey: ["analytics"] }, { cancelRefetch: false });
    }, wait);
  }, [client]);
}
