"use client";

/** The list with its filters, its selection and what is done from its rows. */
import dynamic from "next/dynamic";
import { useMemo, useState } from "react";
import { useMay } from "@/api/session";
import { retryPages, useItems, useMore } from "@/api/use-pages";
import type { UrlState } from "@/shell/url-state";
import { Button } from "@/ui/button";
import { ListHead } from "@/ui/list-head";
import { useSelection } from "@/ui/selection";
import { Empty, Failed } from "@/ui/states";
import { useSwitchLink } from "../changes";
import { useDeleteLinks } from "../deletion";
import type { LinkFilter } from "../filter";
import type { useLinkPages } from "../queries";
import { LinkFilters } from "./link-filters";
import { LinkList } from "./link-list";
import type { RowActions } from "./link-row";

// Loaded when links are chosen: the first rows need none of it.
const BulkBar = dynamic(() => import("./bulk-bar").then((module) => module.BulkBar), { ssr: false });

type Props = { list: ReturnType<typeof useLinkPages>; filter: LinkFilter; set: UrlState["set"] };

export function LinksView({ list, filter, set }: Props) {
  const links = useItems(list.data);
  const selection = useSelection(links);
  const [edited, setEdited] = useState<string | null>(null);
  const [menu, setMenu] = useState<string | null>(null);
  const mayWrite = useMay("links:write");
  const mayAnalyse = useMay("analytics:read");
  const actions = useRowActions({ set, toggle: selection.toggle, edit: setEdited, openMenu: setMenu });
  const { hasNextPage, isPlaceholderData, error } = list;
  const more = useMore(list);

  return (
    <>
      <LinkFilters filter={filter} set={set} />
      <ListHead
        shown={links.length}
        hasMore={hasNextPage}
        names={["link", "links"]}
        selection={selection}
        columnsClassName="lg:grid-cols-[minmax(0,1fr)_5rem_7.5rem_2.5rem]"
        columns={
          <>
            <span className="text-right max-lg:hidden">Clicks</span>
            <span className="text-right max-lg:hidden">Created</span>
          </>
        }
      >
        <BulkBar links={links} selection={selection} mayWrite={mayWrite} />
      </ListHead>
      {links.length ? (
        <LinkList
          links={links}
          chosen={selection.ids}
          hasMore={hasNextPage}
          isStale={isPlaceholderData}
          onMore={more}
          {...{ edited, menu, mayWrite, mayAnalyse, actions }}
        />
      ) : (
        <NothingFound set={set} />
      )}
      {error && <Failed error={error} onRetry={() => retryPages(list)} />}
    </>
  );
}

type RowState = Pick<RowActions, "toggle" | "edit" | "openMenu"> & Pick<Props, "set">;

/** Return the same object as long as nothing in it changed: rows that get it are drawn once. */
function useRowActions({ set, toggle, edit, openMenu }: RowState): RowActions {
  const switchLink = useSwitchLink();
  const deleteLinks = useDeleteLinks();
  return useMemo(
    () => ({
      toggle,
      edit,
      openMenu,
      open: (id, what) => set({ [what]: id }, { push: true }),
      switch: switchLink,
      delete: (links) => void deleteLinks(links),
      showTag: (tag) => set({ tag }, { push: true }),
    }),
    [toggle, edit, openMenu, set, switchLink, deleteLinks],
  );
}

function NothingFound({ set }: Pick<Props, "set">) {
  return (
    <Empty
      title="No link is like that"
      action={
        <Button onClick={() => set({ q: null, tag: null, domain: null, type: null, state: null })}>
          Show all links
        </Button>
      }
    >
      Nothing matches the search and the filters together.
    </Empty>
  );
}
