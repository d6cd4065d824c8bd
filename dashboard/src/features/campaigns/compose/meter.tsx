import { classes } from "@/ui/classes";
import { formatCount } from "@/ui/numbers";
import { Skeleton } from "@/ui/states";
import { plural } from "../words";
import type { Shown } from "./use-preview";

/** From the fourth on, a message is dear. */
export const MANY = 4;

/** How many segments the message takes, and how full the last one is. */
export function Meter({ shown }: { shown: Shown | null }) {
  if (!shown) return <Skeleton className="mx-auto h-9 w-full max-w-80" />;
  const { segments, remaining, per_segment, characters, encoding } = shown;
  const boxes = Math.max(segments, 3);
  return (
    <div className="mx-auto grid w-full max-w-80 gap-1.5">
      <div aria-hidden className="grid auto-cols-fr grid-flow-col gap-1">
        {Array.from({ length: boxes }, (_, box) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a box is its place
          <span key={box} className="h-1.5 overflow-hidden rounded-full bg-line">
            <span
              className={classes("block h-full rounded-full", segments >= MANY ? "bg-warn" : "bg-ink")}
              style={{
                width:
                  box < segments - 1 ? "100%" : box === segments - 1 ? `${100 - (remaining / per_segment) * 100}%` : 0,
              }}
            />
          </span>
        ))}
      </div>
      <p data-testid="meter" className="flex flex-wrap justify-between gap-x-3 text-xs text-quiet">
        <span>
          <span className="figures text-ink">{segments}</span> SMS {plural(segments, "segment")},{" "}
          <span className="figures">{formatCount(characters)}</span> characters, {encoding}
        </span>
        <span>
          <span className="figures">{remaining}</span> left
        </span>
      </p>
    </div>
  );
}
