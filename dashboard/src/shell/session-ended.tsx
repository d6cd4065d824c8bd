"use client";

/** Hears when a session ends under somebody's hands. The dialog comes when it is needed, which is seldom. */
import { lazy, Suspense, useEffect, useState } from "react";
import { onSignedOut } from "@/api/client";

const SessionDialog = lazy(() => import("./session-dialog"));

export function SessionEnded() {
  const [isEnded, setEnded] = useState(false);
  useEffect(() => onSignedOut(() => setEnded(true)), []);
  if (!isEnded) return null;
  return (
    <Suspense>
      <SessionDialog onClose={() => setEnded(false)} />
    </Suspense>
  );
}
