"use client";

import { classes } from "@/ui/classes";

import { countryName } from "@/ui/countries";
import { language } from "@/ui/numbers";
import { valueName } from "./names";

import type { LiveClick, LiveState } from "./use-live";

const STATES: Record<LiveState, string> = {
  starting: "Connecting",
  on: "Live",
  away: "Not connected; trying again",
  resting: "Resting while the page is hidden",
};
const SHOWN = 8;

/** The latest clicks, as they come in. */
export function LivePanel({
  clicks,
  state,
  zone,
  hasCodes,
}: {
  clicks: readonly LiveClick[];
  state: LiveState;
  zone: string;
  /** Whether to say which link it was. */
  hasCodes: boolean;
}) {
  const clock = new Intl.DateTimeFormat(language, { timeStyle: "medium", timeZone: zone });
  return (
    <div className="grid h-75 content-start gap-3 overflow-hidden xl:h-96">
      <header className="flex items-center justify-between gap-3">
        <h2 className="text-base">Happening now</h2>
        <LiveMark state={state} />
      </header>
      {clicks.length === 0 ? (
        <p className="text-sm text-quiet">
          Clicks show up here within two seconds. None came since you opened the page.
        </p>
      ) : (
        <ol className="grid" aria-label="Latest clicks">
          {clicks.slice(0, SHOWN).map((click) => (
            <li
              key={click.id}
              className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 border-t border-line py-2 text-sm first:border-t-0 motion-safe:animate-[rise_.2s_ease-out]"
            >
              <time dateTime={click.timestamp} className="figures row-span-2 text-quiet">
                {clock.format(new Date(click.timestamp))}
              </time>
              <span className="truncate">
                {click.country_code ? countryName(click.country_code) : "Unknown country"}
                {click.city && `, ${click.city}`}
              </span>
              <span className="truncate text-xs text-quiet">
                {hasCodes && <span className="font-mono">/{click.short_code} </span>}
                {[valueName("device", click.device_type), click.browser, click.is_bot && "bot"]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

/** Whether clicks are heard of as they happen. */
export function LiveMark({ state }: { state: LiveState }) {
  return (
    <p role="status" className="flex items-center gap-2 text-xs text-quiet">
      <span
        aria-hidden
        className={classes(
          "size-2 rounded-full",
          state === "on" ? "bg-good motion-safe:animate-[shimmer_2s_ease-in-out_infinite]" : "bg-edge",
        )}
      />
      {STATES[state]}
    </p>
  );
}
