"use client";

/** The businesses to be won: found, added, brought in from a file, given sites. */
import { Plus, Upload } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { useMay } from "@/api/session";
import { type UrlState, useUrlState } from "@/shell/url-state";
import { Button, ButtonLink } from "@/ui/button";
import { NoAccess } from "@/ui/no-access";
import { PageHead } from "@/ui/page";
import { Empty, Failed, Skeleton, Waiting } from "@/ui/states";
import { RowSkeleton } from "@/ui/virtual-rows";
import type { Business } from "./business";
import { isNarrow, readFilter } from "./filter";
import { BusinessesView } from "./list/businesses-view";
import { useBusinessPages } from "./queries";

const BusinessSheet = dynamic(() => import("./sheet/business-sheet").then((module) => module.BusinessSheet), {
  ssr: false,
});
const GenerateDialog = dynamic(() => import("@/features/sites/generate/generate-dialog"), { ssr: false });
const DeleteBusiness = dynamic(() => import("./delete-business"), { ssr: false });

export function BusinessesPage() {
  if (!useMay("sites:read")) return <NoAccess title="Businesses" what="see businesses" />;
  return <Businesses />;
}

function Businesses() {
  const url = useUrlState();
  const filter = readFilter(url.params);
  const mayWrite = useMay("sites:write");
  const list = useBusinessPages(filter);
  const [generated, setGenerated] = useState<readonly Business[] | null>(null);
  const [deleted, setDeleted] = useState<Business | null>(null);
  const isEmpty = !isNarrow(filter) && list.data?.pages[0]?.data.length === 0;
  const add = () => url.set({ add: "1" }, { push: true });
  return (
    <>
      <PageHead title="Businesses" actions={mayWrite && !isEmpty && <Actions onAdd={add} />} />
      {list.isPending ? (
        <ListWaiting />
      ) : list.error && !list.data ? (
        <Failed error={list.error} onRetry={() => void list.refetch()} />
      ) : isEmpty ? (
        <Nobody mayWrite={mayWrite} onAdd={add} />
      ) : (
        <BusinessesView list={list} filter={filter} set={url.set} onGenerate={setGenerated} onDelete={setDeleted} />
      )}
      <Sheets url={url} />
      {generated && <GenerateDialog businesses={generated} onClose={() => setGenerated(null)} />}
      {deleted && <DeleteBusiness business={deleted} onClose={() => setDeleted(null)} />}
    </>
  );
}

/** What lies over the page, as the address says: `?add=1` adds a business, `?business=ID` shows one. */
function Sheets({ url: { params, set } }: { url: UrlState }) {
  const id = params.get("business");
  if (!id && params.get("add") !== "1") return null;
  return <BusinessSheet key={id ?? "new"} id={id} onClose={() => set({ add: null, business: null })} />;
}

function Actions({ onAdd }: { onAdd: () => void }) {
  return (
    <>
      <ButtonLink icon={Upload} href="/businesses/import">
        Import
      </ButtonLink>
      <Button look="primary" icon={Plus} onClick={onAdd}>
        Add a business
      </Button>
    </>
  );
}

function Nobody({ mayWrite, onAdd }: { mayWrite: boolean; onAdd: () => void }) {
  if (!mayWrite) {
    return (
      <Empty title="There are no businesses yet">
        Your role in this workspace lets you read them. Ask an owner or a member to bring the first ones in.
      </Empty>
    );
  }
  return (
    <Empty
      title="Whom do you want to win?"
      action={
        <div className="flex flex-wrap justify-center gap-2.5">
          <ButtonLink look="primary" icon={Upload} href="/businesses/import">
            Import a list
          </ButtonLink>
          <Button icon={Plus} onClick={onAdd}>
            Add a business
          </Button>
        </div>
      }
    >
      Bring in businesses as a CSV file, or one by one. Each then gets a site, and the site a short link.
    </Empty>
  );
}

function ListWaiting() {
  return (
    <Waiting label="Loading businesses" className="grid gap-2">
      <Skeleton className="h-10 w-full" />
      <div>
        {[0, 1, 2, 3, 4, 5].map((row) => (
          <RowSkeleton key={row} />
        ))}
      </div>
    </Waiting>
  );
}
