import { classes } from "@/ui/classes";
import { formatCount, formatShare } from "@/ui/numbers";
import type { Campaign } from "./types";
import { handled, MESSAGE_WORDS, PARTS } from "./words";

/** What became of the messages of a campaign: one part of the bar for each state, the rest still waits. */
export function ProgressBar({ campaign, isThin = false }: { campaign: Campaign; isThin?: boolean }) {
  const { totals } = campaign;
  const all = Math.max(totals.messages, 1);
  return (
    <div
      role="img"
      aria-label={describe(campaign)}
      className={classes("flex w-full gap-px overflow-hidden rounded-full bg-line", isThin ? "h-1.5" : "h-3")}
    >
      {PARTS.map(({ name, color }) =>
        totals[name] ? (
          <span
            key={name}
            className="h-full min-w-0.5 motion-safe:transition-[width] motion-safe:duration-500"
            style={{ width: `${(totals[name] / all) * 100}%`, background: color }}
          />
        ) : null,
      )}
    </div>
  );
}

/** The parts of the bar by name, with their counts. */
export function ProgressLegend({ campaign: { totals } }: { campaign: Campaign }) {
  const parts = [
    ...PARTS.filter(({ name }) => totals[name] > 0 || name === "delivered" || name === "failed"),
    ...(totals.queued
      ? [{ name: "queued" as const, color: "var(--line)", hint: "They come as fast as you allowed." }]
      : []),
  ];
  return (
    <dl className="flex flex-wrap gap-x-7 gap-y-3">
      {parts.map(({ name, color, hint }) => (
        <div key={name} className="grid gap-0.5" title={hint}>
          <dt className="flex items-center gap-2 text-sm text-quiet">
            <span
              aria-hidden
              className="size-2.5 rounded-full border border-edge"
              style={{ background: color, ...(name !== "queued" && { borderColor: color }) }}
            />
            {MESSAGE_WORDS[name].label}
          </dt>
          <dd className="figures text-xl">{formatCount(totals[name])}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Return the state of a campaign in words: "1,204 of 2,000 messages, 60.2%". */
export function describe({ totals, status }: Campaign): string {
  if (!totals.messages) return status === "preparing" ? "Messages are being written" : "No messages";
  const done = handled(totals);
  const share = Math.floor((done / totals.messages) * 1000) / 1000;
  return `${formatCount(done)} of ${formatCount(totals.messages)} messages, ${formatShare(share)}`;
}
