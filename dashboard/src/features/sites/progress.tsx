import { classes } from "@/ui/classes";
import type { Site } from "./site";
import { STEPS, stepLabel } from "./status";

/** How far a generation is, in one line. */
export function ProgressLine({ site }: { site: Pick<Site, "step" | "progress" | "business_name"> }) {
  const label = stepLabel(site.step);
  return (
    <div className="grid w-full gap-1.5">
      <p className="text-sm text-quiet">{label}</p>
      <progress
        aria-label={`${site.business_name}: ${label}`}
        max={100}
        value={site.progress}
        className="h-1.5 w-full appearance-none overflow-hidden rounded-full bg-sunken [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-accent [&::-webkit-progress-value]:transition-[width]"
      />
    </div>
  );
}

/** The steps of a generation: what is done, what is being done, and what comes. */
export function ProgressSteps({ site }: { site: Pick<Site, "step" | "status"> }) {
  const isDone = site.status === "completed";
  const at = isDone ? STEPS.length : STEPS.findIndex(({ step }) => step === site.step);
  return (
    <ol aria-label="Progress" className="grid">
      {STEPS.map(({ step, label }, index) => {
        const isHere = index === at;
        const isFailed = isHere && site.status === "failed";
        return (
          <li
            key={step}
            aria-current={isHere ? "step" : undefined}
            className={classes(
              "grid grid-cols-[1.5rem_1fr] items-center gap-2 py-1.5",
              isHere ? "font-semibold text-ink" : "text-quiet",
            )}
          >
            <span
              aria-hidden
              className={classes(
                "size-2.5 justify-self-center rounded-full",
                index < at && "bg-good",
                index > at && "border border-edge",
                isHere && (isFailed ? "bg-bad" : "bg-accent motion-safe:animate-[shimmer_1.2s_ease-in-out_infinite]"),
              )}
            />
            <span>
              {label}
              <span className="sr-only">{index < at ? ": done" : isHere ? (isFailed ? ": failed" : ": now") : ""}</span>
            </span>
          </li>
        );
      })}
    </ol>
  );
}
