"use client";

import { type ReactNode, useEffect, useState } from "react";
import { Button } from "@/ui/button";
import { formatCount, formatShare } from "@/ui/numbers";
import { Notice } from "@/ui/panel";
import type { Stage } from "./job";
import type { Progress } from "./run";
import type { Trouble } from "./send";
import { useImport } from "./use-job";

export function Reading({ stage }: { stage: Extract<Stage, { name: "reading" }> }) {
  const job = useImport();
  return (
    <Frame label={`Reading ${stage.fileName}`} part={stage.part} text={`${formatCount(stage.rows)} rows so far`}>
      <Button onClick={() => job.cancel()}>Cancel</Button>
    </Frame>
  );
}

export function Checking({ progress }: { progress: Progress }) {
  const job = useImport();
  return (
    <Frame label="Checking what would happen" part={partOf(progress)} text={textOf(progress, "would fail")}>
      <Told trouble={progress.trouble} />
      <Button onClick={() => job.cancel()}>Cancel</Button>
    </Frame>
  );
}

export function Importing({ progress }: { progress: Progress }) {
  const job = useImport();
  return (
    <Frame
      label={progress.isEnding ? "Ending" : progress.isPaused ? "Paused" : job.kind.words.making}
      part={partOf(progress)}
      text={textOf(progress, "failed")}
    >
      <Told trouble={progress.trouble} />
      <p className="text-sm text-quiet">It goes on while you look at other pages. Keep this tab open.</p>
      <div className="flex flex-wrap gap-2.5">
        {progress.isPaused ? (
          <Button look="primary" onClick={() => job.goOn()}>
            Go on
          </Button>
        ) : (
          <Button onClick={() => job.pause()} disabled={progress.isEnding}>
            Pause
          </Button>
        )}
        <Button look="danger" onClick={() => job.cancel()} disabled={progress.isEnding}>
          Stop here
        </Button>
      </div>
    </Frame>
  );
}

const partOf = ({ done, total }: Progress): number => done / Math.max(total, 1);

const textOf = ({ done, total, failed }: Progress, verb: string): string =>
  `${formatCount(done)} of ${formatCount(total)} rows${failed ? `, ${formatCount(failed)} ${verb}` : ""}`;

function Frame({ label, part, text, children }: { label: string; part: number; text: string; children: ReactNode }) {
  return (
    <div className="grid justify-items-start gap-3">
      <div className="grid w-full gap-1.5">
        <div className="flex flex-wrap items-baseline justify-between gap-x-4">
          <span role="status" className="font-medium">
            {label}
          </span>
          <span className="figures">{formatShare(Math.floor(part * 100) / 100)}</span>
        </div>
        <progress
          aria-label={label}
          max={1}
          value={part}
          className="h-2 w-full appearance-none overflow-hidden rounded-full bg-sunken [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-accent"
        />
        <p className="text-sm text-quiet">{text}</p>
      </div>
      {children}
    </div>
  );
}

/** Why nothing moves for now, and what is done about it. */
function Told({ trouble }: { trouble: Trouble | null }) {
  const job = useImport();
  if (!trouble) return null;
  if (trouble.act === "sign-in") {
    return <Notice tone="warn">Your session ended. Sign in again, then go on: nothing is lost.</Notice>;
  }
  if (trouble.act === "settle") {
    return <Notice tone="warn">The connection is back. We look what came through. {job.kind.words.notTwice}</Notice>;
  }
  return (
    <Notice
      tone="warn"
      action={
        <Button size="sm" onClick={() => job.goOn()}>
          Try now
        </Button>
      }
    >
      {trouble.act === "again" ? "Too many requests for now." : `The connection is lost. ${job.kind.words.notTwice}`}{" "}
      Next try in <Countdown untilMs={trouble.untilMs} /> s.
    </Notice>
  );
}

function Countdown({ untilMs }: { untilMs: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return <span className="figures">{Math.max(0, Math.ceil((untilMs - now) / 1000))}</span>;
}
