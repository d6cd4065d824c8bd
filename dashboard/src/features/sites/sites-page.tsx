"use client";

/** The sites: the gallery, one of them, or a new one, as the address says. */
import { Plus } from "lucide-react";
import dynamic from "next/dynamic";
import { useMay } from "@/api/session";
import { type UrlState, useUrlState } from "@/shell/url-state";
import { Button, ButtonLink } from "@/ui/button";
import { NoAccess } from "@/ui/no-access";
import { PageHead } from "@/ui/page";
import { Empty, Failed, Skeleton, Waiting } from "@/ui/states";
import { isNarrow, readFilter } from "./filter";
import { Gallery } from "./gallery/gallery";
import { CardSkeleton, GRID } from "./gallery/site-card";
import { useSitePages } from "./queries";
import { useSiteProgress } from "./use-progress";

const SitePage = dynamic(() => import("./site/site-page"), { ssr: false, loading: () => <PageWaiting /> });
const GenerateDialog = dynamic(() => import("./generate/generate-dialog"), { ssr: false });

export function SitesPage() {
  if (!useMay("sites:read")) return <NoAccess title="Sites" what="see sites" />;
  return <Sites />;
}

function Sites() {
  const url = useUrlState();
  const id = url.params.get("site");
  useSiteProgress(id);
  return (
    <>
      {id ? <SitePage key={id} id={id} url={url} /> : <AllSites url={url} />}
      <NewSite url={url} />
    </>
  );
}

function AllSites({ url: { params, set } }: { url: UrlState }) {
  const filter = readFilter(params);
  const mayWrite = useMay("sites:write");
  const list = useSitePages(filter);
  const isEmpty = !isNarrow(filter) && list.data?.pages[0]?.data.length === 0;
  const add = () => set({ new: "1" }, { push: true });
  return (
    <>
      <PageHead
        title="Sites"
        actions={
          mayWrite &&
          !isEmpty && (
            <Button look="primary" icon={Plus} onClick={add}>
              Generate a site
            </Button>
          )
        }
      />
      {list.isPending ? (
        <GalleryWaiting />
      ) : list.error && !list.data ? (
        <Failed error={list.error} onRetry={() => void list.refetch()} />
      ) : isEmpty ? (
        <NoSites mayWrite={mayWrite} onAdd={add} />
      ) : (
        <Gallery list={list} filter={filter} set={set} />
      )}
    </>
  );
}

/** From anywhere, `/sites?new=1` has a site made, `&business=ID` for that business. */
function NewSite({ url: { params, set } }: { url: UrlState }) {
  if (params.get("new") !== "1") return null;
  const business = params.get("business");
  return <GenerateDialog key={business} businessId={business} onClose={() => set({ new: null, business: null })} />;
}

function NoSites({ mayWrite, onAdd }: { mayWrite: boolean; onAdd: () => void }) {
  if (!mayWrite) {
    return (
      <Empty title="There are no sites yet">
        Your role in this workspace lets you read sites. Ask an owner or a member to have the first one made.
      </Empty>
    );
  }
  return (
    <Empty
      title="A site for each business"
      action={
        <div className="flex flex-wrap justify-center gap-2.5">
          <Button look="primary" icon={Plus} onClick={onAdd}>
            Generate a site
          </Button>
          <ButtonLink href="/businesses">Choose businesses</ButtonLink>
        </div>
      }
    >
      Choose a business and a design: its page is written, laid out and checked, and gets its one short link.
    </Empty>
  );
}

function GalleryWaiting() {
  return (
    <Waiting label="Loading sites" className="grid gap-4">
      <Skeleton className="h-10 w-full" />
      <div className={GRID}>
        {[0, 1, 2, 3, 4, 5].map((card) => (
          <CardSkeleton key={card} />
        ))}
      </div>
    </Waiting>
  );
}

export function PageWaiting() {
  return (
    <Waiting label="Loading the site" className="grid gap-4">
      <Skeleton className="h-9 w-64 max-w-full" />
      <div className="grid gap-5 lg:grid-cols-[24rem_minmax(0,1fr)]">
        <Skeleton className="h-96 w-full" />
        <Skeleton className="h-96 w-full max-lg:hidden" />
      </div>
    </Waiting>
  );
}
