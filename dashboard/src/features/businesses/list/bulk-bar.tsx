"use client";

/** What can be done with the businesses that are chosen. */
import { Download, Sparkles, X } from "lucide-react";
import { Button, IconButton } from "@/ui/button";
import { formatCount } from "@/ui/numbers";
import type { Selection } from "@/ui/selection";
import type { Business } from "../business";
import { downloadCsv } from "../csv";

type Props = {
  businesses: readonly Business[];
  selection: Selection;
  mayWrite: boolean;
  onGenerate: (businesses: readonly Business[]) => void;
};

export function BulkBar({ businesses, selection: { ids, clear }, mayWrite, onGenerate }: Props) {
  const chosen = businesses.filter(({ id }) => ids.has(id));
  const without = chosen.filter(({ site }) => !site);
  return (
    <div
      role="toolbar"
      aria-label="What to do with the chosen businesses"
      className="flex min-w-0 grow items-center gap-2"
    >
      <p role="status" className="mr-auto text-sm font-semibold whitespace-nowrap">
        <span className="figures">{formatCount(ids.size)}</span> chosen
      </p>
      {mayWrite && (
        <Button
          size="sm"
          icon={Sparkles}
          disabled={!without.length}
          title={without.length ? undefined : "All of them have a site"}
          onClick={() => onGenerate(without)}
        >
          <span>
            Generate<span className="max-sm:sr-only"> {without.length === 1 ? "a site" : "sites"}</span>
          </span>
        </Button>
      )}
      <Button size="sm" icon={Download} onClick={() => downloadCsv(chosen)}>
        <span>
          <span className="max-sm:sr-only">Export </span>CSV
        </span>
      </Button>
      <IconButton label="Choose none" icon={X} onClick={clear} />
    </div>
  );
}
