"use client";

import dynamic from "next/dynamic";
import { type ReactNode, useMemo, useState } from "react";
import type { Pulse } from "@/charts/world-map";
import { classes } from "@/ui/classes";
import { countryName } from "@/ui/countries";
import { formatCount, formatShare } from "@/ui/numbers";
import { Segmented } from "@/ui/segmented";
import { Skeleton } from "@/ui/states";
import { describeMap } from "./describe";
import { FORMS, type Form } from "./series-panel";
import type { List } from "./use-analytics";

const MapSkeleton = () => <Skeleton className="aspect-960/428 w-full" />;
const WorldMap = dynamic(() => import("@/charts/world-map"), { ssr: false, loading: MapSkeleton });

type Props = {
  list: List;
  chosen: string | undefined;
  pulses: readonly Pulse[];
  onToggle: (code: string) => void;
  /** What happens now, beside the map. */
  aside?: ReactNode;
};

/** Where the clicks come from, drawn or in rows. */
export function WorldPanel({ list, chosen, pulses, onToggle, aside }: Props) {
  const [form, setForm] = useState<Form>("chart");
  const countries = useMemo(
    () =>
      list.values
        .filter(({ value }) => value)
        .map(({ value, clicks }) => ({ code: value, name: countryName(value), clicks })),
    [list],
  );
  return (
    <section
      className={classes(
        "grid rounded-lg border border-line bg-panel",
        aside !== undefined && "xl:grid-cols-[minmax(0,1fr)_20rem]",
      )}
    >
      <div className="min-w-0 p-4 sm:p-5">
        <header className="mb-3 flex items-center justify-between gap-3">
          <h2 className="text-base">World</h2>
          <Segmented
            label="Show the world as"
            value={form}
            options={[MAP_FORM, ...FORMS.slice(1)]}
            onChange={setForm}
          />
        </header>
        {form === "chart" ? (
          <WorldMap
            countries={countries}
            chosen={chosen}
            label="Clicks by country"
            pulses={pulses}
            onToggle={onToggle}
          />
        ) : (
          <CountryTable countries={countries} total={list.total} />
        )}
        <p className="mt-3 text-sm text-quiet">{describeMap(list.values)}</p>
      </div>
      {aside && <div className="border-t border-line p-4 sm:p-5 xl:border-t-0 xl:border-l">{aside}</div>}
    </section>
  );
}

const MAP_FORM = { value: "chart", label: "Map" } as const;

function CountryTable({
  countries,
  total,
}: {
  countries: readonly { code: string; name: string; clicks: number }[];
  total: number;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section aria-label="Clicks by country, in rows" tabIndex={0} className="max-h-100 overflow-y-auto rounded-sm">
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">Clicks by country</caption>
        <thead className="sticky top-0 bg-panel text-quiet">
          <tr>
            <th scope="col" className="py-2 text-left font-medium">
              Country
            </th>
            <th scope="col" className="py-2 pr-3 text-right font-medium">
              Clicks
            </th>
            <th scope="col" className="py-2 pr-3 text-right font-medium">
              Share
            </th>
          </tr>
        </thead>
        <tbody>
          {countries.map(({ code, name, clicks }) => (
            <tr key={code}>
              <th scope="row" className="border-t border-line py-2 text-left font-normal">
                {name}
              </th>
              <td className="figures border-t border-line py-2 pr-3 text-right">{formatCount(clicks)}</td>
              <td className="figures border-t border-line py-2 pr-3 text-right text-quiet">
                {formatShare(clicks / Math.max(total, 1))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
