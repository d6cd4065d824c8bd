"use client";

/** Clicks by country. The countries with clicks are buttons: one stop for Tab, arrows go from most clicks to fewest. */
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { formatCount } from "@/ui/numbers";
import { HEIGHT, isSmall, middleOf, SHAPES, WIDTH } from "./world-geometry";

export type CountryClicks = { code: string; name: string; clicks: number };
export type Pulse = { id: string; code: string };

const STEPS: Record<string, 1 | -1> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
const OUTLINE = { stroke: "var(--panel)", strokeWidth: 0.6, vectorEffect: "non-scaling-stroke" } as const;

type Props = {
  /** Most clicks first. */
  countries: readonly CountryClicks[];
  chosen: string | undefined;
  label: string;
  pulses: readonly Pulse[];
  onToggle?: (code: string) => void;
};

export default function WorldMap({ countries, chosen, label, pulses, onToggle }: Props) {
  const [shown, setShown] = useState<CountryClicks | null>(null);
  const [stop, setStop] = useState(0);
  const marks = useRef(new Map<string, SVGElement>());
  const most = countries[0]?.clicks ?? 1;
  const byCode = useMemo(
    () => new Map(countries.map((country, rank) => [country.code, { country, rank }])),
    [countries],
  );
  const at = shown && middleOf(shown.code);
  const move = (event: KeyboardEvent, rank: number) => {
    const step = STEPS[event.key];
    const next = step && countries[Math.max(0, Math.min(countries.length - 1, rank + step))];
    if (!next) return;
    event.preventDefault();
    setStop(rank + step);
    marks.current.get(next.code)?.focus();
  };
  const bind = (code: string) => {
    const found = byCode.get(code);
    if (!found) return {};
    const { country, rank } = found;
    return {
      ref: (element: SVGElement | null) => {
        if (element) marks.current.set(code, element);
        else marks.current.delete(code);
      },
      role: "button",
      tabIndex: rank === Math.min(stop, countries.length - 1) ? 0 : -1,
      "aria-label": `${country.name}: ${formatCount(country.clicks)} ${country.clicks === 1 ? "click" : "clicks"}`,
      "aria-pressed": code === chosen,
      onClick: () => onToggle?.(code),
      onPointerEnter: () => setShown(country),
      onPointerLeave: () => setShown(null),
      onFocus: () => {
        setShown(country);
        setStop(rank);
      },
      onBlur: () => setShown(null),
      onKeyDown: (event: KeyboardEvent) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          onToggle?.(code);
        } else move(event, rank);
      },
      className: "cursor-pointer outline-none focus-visible:[stroke:var(--ink)] focus-visible:[stroke-width:2px]",
    };
  };
  const fill = (code: string | null) => colourOf(code ? (byCode.get(code)?.country.clicks ?? 0) : 0, most);
  return (
    <div className="relative">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot stand in a drawing */}
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="block h-auto w-full" role="group" aria-label={label}>
        {SHAPES.map(({ key, code, path }) => (
          <path key={key} d={path} fill={fill(code)} {...OUTLINE} {...(code ? bind(code) : {})} />
        ))}
        {countries
          .filter(({ code }) => isSmall(code))
          .map(({ code }) => {
            const [x, y] = middleOf(code) ?? [0, 0];
            return <circle key={code} cx={x} cy={y} r={4} fill={fill(code)} {...OUTLINE} {...bind(code)} />;
          })}
        {chosen && <Outline code={chosen} />}
        <Pulses pulses={pulses} />
      </svg>
      {shown && at && (
        <p
          aria-hidden
          className="pointer-events-none absolute z-10 flex -translate-x-1/2 gap-3 rounded-md border border-line bg-panel px-2.5 py-1.5 text-sm whitespace-nowrap shadow-float"
          style={{
            left: `clamp(5rem, ${(at[0] / WIDTH) * 100}%, calc(100% - 5rem))`,
            top: `calc(${(at[1] / HEIGHT) * 100}% + 12px)`,
          }}
        >
          <span className="font-semibold">{shown.name}</span>
          <span className="figures">{formatCount(shown.clicks)}</span>
        </p>
      )}
    </div>
  );
}

/** The chosen country's edge, above its neighbours'. */
function Outline({ code }: { code: string }) {
  const shape = SHAPES.find((one) => one.code === code);
  if (!shape) return null;
  return (
    <path
      d={shape.path}
      fill="none"
      stroke="var(--ink)"
      strokeWidth={1.5}
      vectorEffect="non-scaling-stroke"
      className="pointer-events-none"
    />
  );
}

/** A ring that runs out from where a click came; who wants no motion sees a dot for as long. */
function Pulses({ pulses }: { pulses: readonly Pulse[] }) {
  return (
    <g className="pointer-events-none" data-pulses={pulses.length}>
      {pulses.map(({ id, code }) => {
        const place = middleOf(code);
        if (!place) return null;
        return (
          <g key={id} transform={`translate(${place[0]} ${place[1]})`}>
            <circle
              r={3}
              fill="none"
              stroke="var(--ink)"
              strokeWidth={2}
              className="motion-safe:animate-[pulse-out_1.6s_ease-out_forwards]"
            />
            <circle r={3.5} fill="var(--ink)" stroke="var(--panel)" strokeWidth={1.5} />
          </g>
        );
      })}
    </g>
  );
}

/** Shades of the accent: by the root, or one big country would leave the rest of the world white. */
export function colourOf(clicks: number, most: number): string {
  if (clicks <= 0) return "var(--map-empty)";
  const part = Math.round(16 + 84 * Math.sqrt(clicks / Math.max(most, 1)));
  return `color-mix(in oklab, var(--chart-1) ${part}%, var(--map-empty))`;
}
