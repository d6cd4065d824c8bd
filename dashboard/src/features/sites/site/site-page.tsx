"use client";

/** One site: how it looks, and what can be changed about it. */
import { ApiError } from "@/api/errors";
import type { UrlState } from "@/shell/url-state";
import { ButtonLink } from "@/ui/button";
import { Empty, Failed } from "@/ui/states";
import { useSite } from "../queries";
import { PageWaiting } from "../sites-page";
import { isUnderWay } from "../status";
import { Editor } from "./editor";
import { SiteHead } from "./site-head";
import { UnderWay } from "./under-way";

export default function SitePage({ id, url }: { id: string; url: UrlState }) {
  const { data: site, error, refetch, isPlaceholderData } = useSite(id);
  if (error && !site) {
    if (!(error instanceof ApiError && [404, 422].includes(error.status)))
      return <Failed error={error} onRetry={() => void refetch()} />;
    return (
      <>
        <h1 className="sr-only">Site</h1>
        <Empty title="There is no such site" action={<ButtonLink href="/sites">All sites</ButtonLink>}>
          It may have been deleted, or belongs to another workspace.
        </Empty>
      </>
    );
  }
  if (!site) return <PageWaiting />;
  const content = isUnderWay(site.status) || site.status === "failed" ? null : site.content;
  return (
    <>
      <SiteHead site={site} onGone={() => url.set({ site: null, part: null })} />
      {content ? (
        // What is typed starts anew when the site was made anew.
        <Editor key={site.generations} site={site} url={url} content={content} />
      ) : isPlaceholderData && site.status === "completed" ? (
        <PageWaiting />
      ) : (
        <UnderWay site={site} />
      )}
    </>
  );
}
