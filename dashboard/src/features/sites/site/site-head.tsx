"use client";

/** Whose site it is, how it is, its one link, and what is done with the whole of it. */
import { ArrowLeft, ChartLine, EllipsisVertical, ExternalLink } from "lucide-react";
import NextLink from "next/link";
import { useMay } from "@/api/session";
import { IconButton } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Switch } from "@/ui/field";
import { formatShort } from "@/ui/numbers";
import { OnDemand } from "@/ui/on-demand";
import { ShortLink } from "@/ui/short-link";
import { useToast } from "@/ui/toast";
import { useEditSite } from "../changes";
import type { Site } from "../site";
import { StatusBadge } from "../status";

const BUTTON =
  "inline-flex h-10 items-center justify-center gap-2 rounded-md border border-line bg-panel px-4 text-base whitespace-nowrap no-underline hover:border-edge";

export function SiteHead({ site, onGone }: { site: Site; onGone: () => void }) {
  const mayWrite = useMay("sites:write");
  const isOpen = site.is_published && site.completed_at !== null;
  return (
    <header className="mb-5 grid gap-3">
      <NextLink
        href="/sites"
        className="flex w-fit items-center gap-1.5 py-1 text-sm text-quiet no-underline hover:text-ink hover:underline"
      >
        <ArrowLeft aria-hidden className="size-4" />
        All sites
      </NextLink>
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="min-w-0 text-2xl wrap-anywhere">{site.business_name}</h1>
          <StatusBadge status={site.status} isPublished={site.is_published} />
        </div>
        <div className="flex flex-wrap items-center gap-2">
          {mayWrite && site.completed_at !== null && <Published site={site} />}
          {isOpen && (
            <a href={site.url} target="_blank" rel="noreferrer" className={BUTTON}>
              <ExternalLink aria-hidden className="size-4" />
              Open
            </a>
          )}
          {mayWrite && (
            <OnDemand
              load={() => import("./site-menu")}
              trigger={<IconButton label="More for this site" icon={EllipsisVertical} />}
              with={{ site, onGone }}
            />
          )}
        </div>
      </div>
      {site.short_url && <LinkLine site={site} shortUrl={site.short_url} />}
    </header>
  );
}

function LinkLine({ site, shortUrl }: { site: Site; shortUrl: string }) {
  const mayAnalyse = useMay("analytics:read");
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-quiet">
      <span className="flex min-w-0 items-center">
        <ShortLink url={shortUrl} className="text-ink" />
        <CopyButton text={shortUrl} what="the short link" className="max-lg:size-10" />
      </span>
      {mayAnalyse && site.link_id && (
        <NextLink
          href={`/analytics?link=${site.link_id}`}
          className="flex min-h-8 items-center gap-1.5 text-sm text-quiet no-underline hover:text-accent-ink hover:underline"
        >
          <ChartLine aria-hidden className="size-4" />
          <span>
            <span className="figures">{formatShort(site.clicks)}</span> {site.clicks === 1 ? "click" : "clicks"}
          </span>
        </NextLink>
      )}
    </div>
  );
}

function Published({ site }: { site: Site }) {
  const { mutate, isPending } = useEditSite();
  const toast = useToast();
  return (
    <span className="pr-2">
      <Switch
        label="Published"
        isOn={site.is_published}
        disabled={isPending}
        onChange={(is_published) =>
          mutate(
            { id: site.id, changes: { is_published } },
            {
              onSuccess: () => toast.done(is_published ? "Visitors see the site" : "Visitors no longer see the site"),
              onError: (error) => toast.failed(error),
            },
          )
        }
      />
    </span>
  );
}
