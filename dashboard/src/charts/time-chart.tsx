"use client";

/** Counts over time: clicks as an area, visitors as a line, and the period before dashed. */
import { useMemo } from "react";
import type { Schemas } from "@/api/client";
import { formatCount } from "@/ui/numbers";
import { areaPath, linePath, scaleOf } from "./scale";
import { TimeGrid } from "./time-grid";
import { bucketLabel, type Interval, pickTicks } from "./time-labels";
import { TimeTooltip } from "./time-tooltip";
import { type Chosen, useCrosshair } from "./use-crosshair";
import { useWidth } from "./use-width";

export type Point = Schemas["Bucket"];

type Props = {
  points: readonly Point[];
  /** The period before, point by point. */
  before: readonly Point[] | null;
  interval: Interval;
  zone: string;
  label: string;
  onChoose?: (chosen: Chosen) => void;
};

const HEIGHT = 264;
const TOP = 12;
const BOTTOM = 28;
const BASE = HEIGHT - BOTTOM;
const TICK_WIDTH = 84;
const CHAR_WIDTH = 7.4;

export function TimeChart({ points, before, interval, zone, label, onChoose }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const starts = useMemo(() => points.map(({ start }) => start), [points]);
  const { y, ticks, left } = useMemo(() => measure(points, before), [points, before]);
  const inner = Math.max(width - left, 1);
  const last = Math.max(points.length - 1, 1);
  const x = (index: number) => left + (points.length === 1 ? inner / 2 : (index / last) * (inner - 6));
  const indexAt = (at: number) =>
    Math.max(0, Math.min(points.length - 1, Math.round((at / Math.max(inner - 6, 1)) * last)));
  const { crosshair, chosen, handlers } = useCrosshair(points.length, indexAt, onChoose);
  const at = crosshair.at;
  const point = at === null ? undefined : points[at];
  const place = (value: "clicks" | "visitors") => (row: Point, index: number) => [x(index), y(row[value])] as const;
  const shape = (rows: readonly Point[], value: "clicks" | "visitors") => linePath(rows.map(place(value)));
  return (
    <div ref={ref} className="relative touch-pan-y select-none" style={{ height: HEIGHT }}>
      {width > 0 && (
        <>
          <svg width={width} height={HEIGHT} aria-hidden="true" className="block overflow-visible">
            <TimeGrid
              {...{ width, left, ticks, y, x, base: BASE }}
              labels={pickTicks(starts, interval, Math.floor(inner / TICK_WIDTH))}
              starts={starts}
              interval={interval}
              zone={zone}
            />
            {chosen && (
              <rect
                x={x(chosen.first)}
                width={x(chosen.last) - x(chosen.first)}
                y={TOP}
                height={BASE - TOP}
                className="fill-accent-wash stroke-accent"
              />
            )}
            <path d={areaPath(points.map(place("clicks")), BASE)} fill="var(--chart-1)" fillOpacity={0.09} />
            {before && (
              <path
                d={shape(before.slice(0, points.length), "clicks")}
                {...STROKE}
                stroke="var(--edge)"
                strokeDasharray="4 4"
              />
            )}
            <path d={shape(points, "visitors")} {...STROKE} stroke="var(--chart-2)" />
            <path d={shape(points, "clicks")} {...STROKE} stroke="var(--chart-1)" strokeWidth={2} />
            {(at !== null || points.length === 1) && (
              <Marks
                x={x(at ?? 0)}
                clicks={y(points[at ?? 0]?.clicks ?? 0)}
                visitors={y(points[at ?? 0]?.visitors ?? 0)}
              />
            )}
          </svg>
          {/* Slider: the one role with which a screen reader lets arrow keys through and says where they lead. */}
          <div
            role="slider"
            tabIndex={0}
            aria-label={label}
            aria-valuemin={0}
            aria-valuemax={last}
            aria-valuenow={at ?? last}
            aria-valuetext={valueText(points, at, chosen, interval, zone)}
            aria-keyshortcuts={onChoose ? "Shift+ArrowLeft Shift+ArrowRight Enter" : undefined}
            className="absolute inset-y-0 right-0 cursor-crosshair rounded-sm"
            style={{ left }}
            {...handlers}
          />
          {point && at !== null && (
            <TimeTooltip
              title={titleOf(points, at, chosen, interval, zone)}
              x={x(at)}
              width={width}
              rows={chosen ? [{ ...CLICKS, value: sumOf(points, chosen) }] : tooltipRows(point, before?.[at])}
              hint={chosen ? "Let go, or press Enter, to zoom in" : null}
            />
          )}
        </>
      )}
    </div>
  );
}

const STROKE = { fill: "none", strokeWidth: 1.5, strokeLinejoin: "round", strokeLinecap: "round" } as const;

function Marks({ x, clicks, visitors }: { x: number; clicks: number; visitors: number }) {
  return (
    <g>
      <line x1={x} x2={x} y1={TOP} y2={BASE} stroke="var(--edge)" />
      <circle cx={x} cy={visitors} r={4} fill="var(--chart-2)" stroke="var(--panel)" strokeWidth={2} />
      <circle cx={x} cy={clicks} r={4.5} fill="var(--chart-1)" stroke="var(--panel)" strokeWidth={2} />
    </g>
  );
}

function measure(points: readonly Point[], before: readonly Point[] | null) {
  const counts = [...points, ...(before ?? [])].map(({ clicks, visitors }) => Math.max(clicks, visitors));
  const { ticks, top } = scaleOf(Math.max(0, ...counts));
  const y = (count: number) => BASE - (count / top) * (BASE - TOP);
  const left = Math.max(...ticks.map((tick) => formatCount(tick).length)) * CHAR_WIDTH + 12;
  return { y, ticks, left };
}

const CLICKS = { name: "Clicks", color: "var(--chart-1)" };

const sumOf = (points: readonly Point[], { first, last }: Chosen): number =>
  points.slice(first, last + 1).reduce((sum, { clicks }) => sum + clicks, 0);

/** Return the name of a point, or of the stretch that is chosen. */
function titleOf(points: readonly Point[], at: number, chosen: Chosen | null, interval: Interval, zone: string) {
  const name = (index: number) => bucketLabel(points[index]?.start ?? "", interval, zone);
  return chosen ? `${name(chosen.first)} to ${name(chosen.last)}` : name(at);
}

function tooltipRows(point: Point, before: Point | undefined) {
  const rows = [
    { ...CLICKS, value: point.clicks },
    { name: "Visitors", value: point.visitors, color: "var(--chart-2)" },
  ];
  return before ? [...rows, { name: "Clicks before", value: before.clicks, color: "var(--edge)" }] : rows;
}

function valueText(
  points: readonly Point[],
  at: number | null,
  chosen: Chosen | null,
  interval: Interval,
  zone: string,
): string {
  const index = at ?? points.length - 1;
  const point = points[index];
  if (!point) return "No points";
  const title = titleOf(points, index, chosen, interval, zone);
  if (chosen) return `Chosen: ${title}, ${formatCount(sumOf(points, chosen))} clicks. Enter zooms in.`;
  return `${title}: ${formatCount(point.clicks)} clicks, ${formatCount(point.visitors)} visitors`;
}
