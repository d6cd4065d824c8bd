"use client";

/** What a place shows while there is nothing else to show: it waits, it is empty, or it failed. */
import { CircleAlert, CloudOff, Hourglass, RotateCw } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { ApiError, sentence, Unreachable } from "@/api/errors";
import { Button } from "./button";
import { classes } from "./classes";

/** A shape where something will be. Its parent says to screen readers that it waits. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <span
      aria-hidden
      className={classes("block rounded-md bg-line motion-safe:animate-[shimmer_1.4s_ease-in-out_infinite]", className)}
    />
  );
}

/** Wraps skeletons, and says once that something is on its way. */
export function Waiting({ label, children, className }: { label: string; children: ReactNode; className?: string }) {
  return (
    <div aria-busy="true" className={className}>
      <span role="status" className="sr-only">
        {label}
      </span>
      {children}
    </div>
  );
}

export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="grid justify-items-center gap-2 px-4 py-12 text-center">
      <p className="text-lg font-semibold">{title}</p>
      {children && <div className="max-w-md text-quiet">{children}</div>}
      {action && <div className="mt-3">{action}</div>}
    </div>
  );
}

/** Says what went wrong and what helps. A budget that is spent counts down, then asks again by itself. */
export function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const seconds = error instanceof ApiError && error.status === 429 ? (error.retryAfterSeconds ?? 30) : null;
  if (seconds !== null) return <RateLimited seconds={seconds} onRetry={onRetry} />;
  const isAway = error instanceof Unreachable;
  const Icon = isAway ? CloudOff : CircleAlert;
  return (
    <div role="alert" className="grid justify-items-center gap-2 px-4 py-12 text-center">
      <Icon aria-hidden className="size-7 text-quiet" />
      <p className="text-lg font-semibold">{isAway ? "No connection" : "This could not be loaded"}</p>
      <p className="max-w-md text-quiet">{sentence(error)}</p>
      <Button icon={RotateCw} onClick={onRetry} className="mt-3">
        Try again
      </Button>
    </div>
  );
}

function RateLimited({ seconds, onRetry }: { seconds: number; onRetry: () => void }) {
  const [left, setLeft] = useState(Math.ceil(seconds));
  useEffect(() => {
    if (left <= 0) {
      onRetry();
      return;
    }
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left, onRetry]);
  return (
    <div role="status" className="grid justify-items-center gap-2 px-4 py-12 text-center">
      <Hourglass aria-hidden className="size-7 text-quiet" />
      <p className="text-lg font-semibold">Too many requests for now</p>
      <p className="max-w-md text-quiet">
        We ask again by ourselves in <span className="figures">{Math.max(left, 0)}</span> s. Links go on redirecting
        meanwhile.
      </p>
    </div>
  );
}
