"use client";

/** What can be done with the businesses that are chosen. */
import { Download, MessageSquareText, Sparkles, X } from "lucide-react";
import { useRouter } from "next/navigation";
import { useMay, useSession } from "@/api/session";
import { beginWith } from "@/features/campaigns/compose/use-draft";
import { Button, IconButton } from "@/ui/button";
import { formatCount } from "@/ui/numbers";
import type { Selection } from "@/ui/selection";
import { type Business, isReachable } from "../business";
import { downloadCsv } from "../csv";

/** There is no room for pictures, too, on small screens. */
const WORDS_ALONE = "max-sm:[&>svg]:hidden";

type Props = {
  businesses: readonly Business[];
  selection: Selection;
  mayWrite: boolean;
  onGenerate: (businesses: readonly Business[]) => void;
};

export function BulkBar({ businesses, selection: { ids, clear }, mayWrite, onGenerate }: Props) {
  const { workspace_id } = useSession();
  const maySend = useMay("campaigns:write");
  const router = useRouter();
  const chosen = businesses.filter(({ id }) => ids.has(id));
  const without = chosen.filter(({ site }) => !site);
  const reachable = chosen.filter(isReachable);
  const write = () => {
    beginWith(
      workspace_id,
      reachable.map(({ id, name }) => ({ id, name })),
    );
    router.push("/campaigns/new");
  };
  return (
    <div
      role="toolbar"
      aria-label="What to do with the chosen businesses"
      className="flex min-w-0 grow items-center gap-2"
    >
      <p role="status" className="mr-auto text-sm font-semibold whitespace-nowrap">
        <span className="figures">{formatCount(ids.size)}</span>
        <span className="max-sm:sr-only"> chosen</span>
      </p>
      {mayWrite && (
        <Button
          size="sm"
          icon={Sparkles}
          className={WORDS_ALONE}
          disabled={!without.length}
          title={without.length ? undefined : "All of them have a site"}
          onClick={() => onGenerate(without)}
        >
          <span>
            Generate<span className="max-sm:sr-only"> {without.length === 1 ? "a site" : "sites"}</span>
          </span>
        </Button>
      )}
      {maySend && (
        <Button
          size="sm"
          icon={MessageSquareText}
          className={WORDS_ALONE}
          disabled={!reachable.length}
          title={reachable.length ? undefined : "None of them has a phone number and a finished site"}
          onClick={write}
        >
          <span>
            Write<span className="max-sm:sr-only"> to them</span>
          </span>
        </Button>
      )}
      <Button size="sm" icon={Download} onClick={() => downloadCsv(chosen)}>
        <span className="max-sm:sr-only">Export CSV</span>
      </Button>
      <IconButton label="Choose none" icon={X} onClick={clear} />
    </div>
  );
}
