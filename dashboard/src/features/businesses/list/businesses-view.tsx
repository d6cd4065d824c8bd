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
import { VirtualRows } from "@/ui/virtual-rows";
import type { Business } from "../business";
import type { BusinessFilter } from "../filter";
import type { useBusinessPages } from "../queries";
import { BusinessFilters } from "./business-filters";
import { BusinessRow, COLUMNS, type RowActions } from "./business-row";

const BulkBar = dynamic(() => import("./bulk-bar").then((module) => module.BulkBar), { ssr: false });

const ROW_REM = { small: 6.5, large: 4.5 };

type Props = {
  list: ReturnType<typeof useBusinessPages>;
  filter: BusinessFilter;
  set: UrlState["set"];
  onGenerate: (businesses: readonly Business[]) => void;
  onDelete: (business: Business) => void;
};

export function BusinessesView({ list, filter, set, onGenerate, onDelete }: Props) {
  const businesses = useItems(list.data);
  const selection = useSelection(businesses);
  const [menu, setMenu] = useState<string | null>(null);
  const mayWrite = useMay("sites:write");
  const { toggle } = selection;
  // The same object as long as nothing in it changed: rows that get it are drawn once.
  const actions = useMemo<RowActions>(
    () => ({
      toggle,
      openMenu: setMenu,
      open: (id) => set({ business: id }, { push: true }),
      generate: onGenerate,
      delete: onDelete,
    }),
    [toggle, set, onGenerate, onDelete],
  );
  const { hasNextPage, isPlaceholderData, error } = list;
  const more = useMore(list);

  return (
    <>
      <BusinessFilters filter={filter} set={set} />
      <ListHead
        shown={businesses.length}
        hasMore={hasNextPage}
        names={["business", "businesses"]}
        selection={selection}
        columnsClassName={COLUMNS}
        columns={
          <>
            <span className="max-lg:hidden">Country</span>
            <span className="max-lg:hidden">Site</span>
            <span className="text-right max-lg:hidden">Added</span>
          </>
        }
      >
        <BulkBar businesses={businesses} selection={selection} mayWrite={mayWrite} onGenerate={onGenerate} />
      </ListHead>
      {businesses.length ? (
        <VirtualRows
          label="Businesses"
          items={businesses}
          rowRem={ROW_REM}
          hasMore={hasNextPage}
          isStale={isPlaceholderData}
          onMore={more}
        >
          {(business) => (
            <BusinessRow
              business={business}
              isChosen={selection.ids.has(business.id)}
              hasMenu={menu === business.id}
              mayWrite={mayWrite}
              actions={actions}
            />
          )}
        </VirtualRows>
      ) : (
        <Empty
          title="No business is like that"
          action={
            <Button onClick={() => set({ q: null, category: null, country: null, has_site: null })}>
              Show all businesses
            </Button>
          }
        >
          Nothing matches the search and the filters together.
        </Empty>
      )}
      {error && <Failed error={error} onRetry={() => retryPages(list)} />}
    </>
  );
}
