"use client";

import { useQueryClient } from "@tanstack/react-query";
import { CloudOff } from "lucide-react";
import { useEffect, useSyncExternalStore } from "react";

function subscribe(listener: () => void): () => void {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}

/** Return whether the browser has a connection at all. */
export const useIsOnline = (): boolean =>
  useSyncExternalStore(
    subscribe,
    () => navigator.onLine,
    () => true,
  );

/** Says that there is no connection, for as long as that is so, and asks for everything again afterwards. */
export function OfflineBar() {
  const isOnline = useIsOnline();
  const client = useQueryClient();
  useEffect(() => {
    if (isOnline) void client.invalidateQueries({ predicate: (query) => query.state.status === "error" });
  }, [isOnline, client]);
  if (isOnline) return <div role="status" className="sr-only" />;
  return (
    <div
      role="status"
      className="sticky top-0 z-30 flex items-center justify-center gap-2 bg-warn-wash px-4 py-2 text-sm font-medium text-warn"
    >
      <CloudOff aria-hidden className="size-4" />
      You are offline. What you see may be old; nothing can be changed until you are back.
    </div>
  );
}
