"use client";

import type { ReactNode } from "react";
import { sentence } from "@/api/errors";
import { Button } from "@/ui/button";
import { countryName } from "@/ui/countries";
import { formatMoment } from "@/ui/numbers";
import { Notice } from "@/ui/panel";
import { Breakdown } from "./breakdown";
import { LivePanel } from "./live-panel";
import type { Dimension } from "./question";
import { Refused } from "./refused";
import { SeriesPanel } from "./series-panel";
import { TopLinks } from "./top-links";
import { type Source, useAnalytics } from "./use-analytics";
import { isShown, type LiveClick, type LiveState } from "./use-live";
import { usePulses } from "./use-pulses";
import type { Asking } from "./use-question";
import { ViewsWaiting } from "./views-waiting";
import { WorldPanel } from "./world-panel";

const LISTS: readonly Dimension[] = ["country", "city", "referer", "device", "browser", "os"];

/** Every view of one answer. What is old stays, below a line that moves, until the new one is there. */
export function Views({
  source,
  asking,
  empty,
  live,
}: {
  source: Source;
  asking: Asking;
  /** What is said instead, when there is no click to show: may be nothing. */
  empty?: ReactNode;
  live?: { clicks: readonly LiveClick[]; state: LiveState };
}) {
  const { question, toggle } = asking;
  const { answer, before, lists, error, isWaiting, isOld, retry } = useAnalytics(source, question);
  const clicks = (live?.clicks ?? []).filter((click) => isShown(click, question.filters, question.bots));
  const pulses = usePulses(clicks);
  if (isWaiting) return <ViewsWaiting />;
  if (!answer) return <Refused error={error ?? new Error()} asking={asking} onRetry={retry} />;
  const isEmpty = answer.totals.clicks + answer.totals.bots === 0 && Object.keys(question.filters).length === 0;
  if (isEmpty && empty) return empty;
  const { country } = question.filters;
  return (
    <div aria-busy={isOld} className="relative grid gap-4">
      {isOld && (
        <span
          aria-hidden
          className="absolute inset-x-0 -top-3 h-0.5 rounded-full bg-accent motion-safe:animate-[shimmer_1s_ease-in-out_infinite]"
        />
      )}
      {error && (
        <Notice
          tone="warn"
          action={
            <Button size="sm" onClick={retry}>
              Try again
            </Button>
          }
        >
          These numbers are from {formatMoment(answer.as_of)}. {sentence(error)}
        </Notice>
      )}
      <SeriesPanel asking={asking} answer={answer} before={before} />
      <WorldPanel
        list={lists.country}
        chosen={country}
        pulses={pulses}
        onToggle={(code) => toggle("country", code)}
        aside={live && <LivePanel clicks={clicks} state={live.state} zone={question.zone} hasCodes={"tag" in source} />}
      />
      <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
        {"links" in answer && <TopLinks links={answer.links} total={answer.totals.clicks} />}
        {LISTS.map((dimension) => (
          <Breakdown
            key={dimension}
            dimension={dimension}
            title={dimension === "city" && country ? `Cities in ${countryName(country)}` : undefined}
            list={lists[dimension]}
            chosen={question.filters[dimension]}
            onToggle={(value) => toggle(dimension, value)}
          />
        ))}
      </div>
    </div>
  );
}
