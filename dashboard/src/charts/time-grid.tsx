import { formatCount } from "@/ui/numbers";
import { axisLabel, type Interval } from "./time-labels";

/** The lines of a chart over time, and what is written at them. */
export function TimeGrid({
  width,
  left,
  base,
  ticks,
  y,
  x,
  labels,
  starts,
  interval,
  zone,
}: {
  width: number;
  left: number;
  base: number;
  ticks: readonly number[];
  y: (count: number) => number;
  x: (index: number) => number;
  labels: readonly number[];
  starts: readonly string[];
  interval: Interval;
  zone: string;
}) {
  return (
    <g className="font-mono text-xs" fill="var(--quiet)">
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={left} x2={width} y1={y(tick)} y2={y(tick)} stroke="var(--line)" />
          <text x={left - 10} y={y(tick)} dy="0.32em" textAnchor="end">
            {formatCount(tick)}
          </text>
        </g>
      ))}
      {labels.map((index) => {
        const at = x(index);
        const anchor = at > width - 40 ? "end" : at < left + 24 ? "start" : "middle";
        return (
          <text key={index} x={anchor === "end" ? Math.min(at + 6, width) : at} y={base + 20} textAnchor={anchor}>
            {axisLabel(starts[index] ?? "", interval, zone)}
          </text>
        );
      })}
    </g>
  );
}
