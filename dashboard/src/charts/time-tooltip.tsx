import { formatCount } from "@/ui/numbers";

type Row = { name: string; value: number; color: string };

/** What stands beside the crosshair. Screen readers hear the same from the slider. */
export function TimeTooltip({
  title,
  rows,
  x,
  width,
  hint,
}: {
  title: string;
  rows: readonly Row[];
  x: number;
  width: number;
  hint: string | null;
}) {
  const isLeft = x > width / 2;
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute top-1 z-10 grid max-w-52 min-w-40 gap-1 rounded-md border border-line bg-panel px-3 py-2 text-sm shadow-float"
      style={isLeft ? { right: width - x + 12 } : { left: x + 12 }}
    >
      <p className="font-semibold">{title}</p>
      {rows.map(({ name, value, color }) => (
        <p key={name} className="flex items-center gap-2 whitespace-nowrap">
          <span className="h-0.5 w-3 rounded-full" style={{ background: color }} />
          <span className="text-quiet">{name}</span>
          <span className="figures ml-auto pl-3">{formatCount(value)}</span>
        </p>
      ))}
      {hint && <p className="text-xs text-quiet">{hint}</p>}
    </div>
  );
}
