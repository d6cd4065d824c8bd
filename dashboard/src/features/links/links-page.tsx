"use client";

/** The first page: a field that makes a link, and the links that there are. */
import dynamic from "next/dynamic";
import { useCallback, useState } from "react";
import { useMay } from "@/api/session";
import { type UrlState, useUrlState } from "@/shell/url-state";
import { PageHead } from "@/ui/page";
import { Empty, Failed, Skeleton, Waiting } from "@/ui/states";
import { RowSkeleton } from "@/ui/virtual-rows";
import { QuickCreate } from "./create/quick-create";
import { isNarrow, readFilter } from "./filter";
import { LinksView } from "./list/links-view";
import { useLinkPages } from "./queries";

const LinkSheet = dynamic(() => import("./sheet/link-sheet").then((module) => module.LinkSheet), { ssr: false });
const QrDesigner = dynamic(() => import("./qr/qr-designer").then((module) => module.QrDesigner), { ssr: false });

export function LinksPage() {
  const url = useUrlState();
  const filter = readFilter(url.params);
  const mayWrite = useMay("links:write");
  const list = useLinkPages(filter);
  const [seed, setSeed] = useState("");
  const [wasEmpty, setWasEmpty] = useState(false);
  const { set } = url;
  const openNew = useCallback(
    (typed: string) => {
      setSeed(typed);
      set({ new: "1" }, { push: true });
    },
    [set],
  );

  const isEmpty = !isNarrow(filter) && list.data?.pages[0]?.data.length === 0;
  if (isEmpty && !wasEmpty) setWasEmpty(true);
  const isFirst = wasEmpty && mayWrite;

  return (
    <>
      {isFirst ? <h1 className="sr-only">Links</h1> : <PageHead title="Links" />}
      {list.isPending ? (
        <ListWaiting hasField={mayWrite} />
      ) : list.error && !list.data ? (
        <Failed error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <>
          {mayWrite && <QuickCreate isFirst={isFirst} isEmpty={isEmpty} onMore={openNew} />}
          {isEmpty ? !mayWrite && <NothingToRead /> : <LinksView list={list} filter={filter} set={set} />}
        </>
      )}
      <Overlays url={url} seed={seed} onClose={() => setSeed("")} />
    </>
  );
}

type OverlaysProps = { url: UrlState; seed: string; onClose: () => void };

/** What lies over the page, as the address says: from anywhere, `/?new=1` makes a link and `/?link=ID` shows one. */
function Overlays({ url: { params, set }, seed, onClose }: OverlaysProps) {
  const isNew = params.get("new") === "1";
  const link = params.get("link");
  const qr = params.get("qr");
  const close = () => {
    set({ new: null, link: null, qr: null });
    onClose();
  };
  return (
    <>
      {(isNew || link) && <LinkSheet key={link ?? "new"} id={link} seed={link ? "" : seed} onClose={close} />}
      {qr && <QrDesigner key={qr} id={qr} onClose={close} />}
    </>
  );
}

function ListWaiting({ hasField }: { hasField: boolean }) {
  return (
    <Waiting label="Loading links" className="grid gap-4">
      {hasField && <Skeleton className="h-11 w-full" />}
      <Skeleton className="h-10 w-full" />
      <div>
        {[0, 1, 2, 3, 4, 5].map((row) => (
          <RowSkeleton key={row} />
        ))}
      </div>
    </Waiting>
  );
}

function NothingToRead() {
  return (
    <Empty title="There are no links yet">
      Your role in this workspace lets you read links. Ask an owner or an editor to make the first one.
    </Empty>
  );
}
