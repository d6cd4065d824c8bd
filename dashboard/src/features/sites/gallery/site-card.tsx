"use client";

/** One site of the gallery: how it looks, how far it is, and its link. */
import NextLink from "next/link";
import { memo, type ReactNode } from "react";
import { withoutScheme } from "@/ui/addresses";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { formatShort } from "@/ui/numbers";
import { ShortLink } from "@/ui/short-link";
import { Skeleton } from "@/ui/states";
import { useToast } from "@/ui/toast";
import { useRegenerate } from "../changes";
import { ProgressLine } from "../progress";
import type { Site } from "../site";
import { isUnderWay, StatusBadge } from "../status";
import { Thumbnail } from "./thumbnail";

type Props = { site: Site; mayWrite: boolean; mayAnalyse: boolean; onOpen: (id: string) => void };

export const SiteCard = memo(function SiteCard({ site, mayWrite, mayAnalyse, onOpen }: Props) {
  return (
    <li className="group relative grid min-w-0 grid-rows-[auto_1fr] overflow-hidden rounded-lg border border-line bg-panel hover:border-edge focus-within:border-edge">
      <div className="aspect-16/10 overflow-hidden border-b border-line">
        <Picture site={site} mayWrite={mayWrite} />
      </div>
      <div className="grid min-w-0 content-start gap-1 p-4">
        <div className="flex min-w-0 items-start justify-between gap-2">
          <h2 className="min-w-0 text-base">
            <button
              type="button"
              onClick={() => onOpen(site.id)}
              // The whole card opens the site; what can be pressed on it lies above.
              className="block max-w-full truncate text-left after:absolute after:inset-0 group-hover:underline"
            >
              {site.business_name}
            </button>
          </h2>
          <span className="shrink-0">
            <StatusBadge status={site.status} isPublished={site.is_published} />
          </span>
        </div>
        <Below site={site} mayAnalyse={mayAnalyse} />
      </div>
    </li>
  );
});

function Picture({ site, mayWrite }: { site: Site; mayWrite: boolean }) {
  if (site.status === "failed") return <Failure site={site} mayWrite={mayWrite} />;
  if (isUnderWay(site.status)) {
    return (
      <Centred>
        <ProgressLine site={site} />
      </Centred>
    );
  }
  return <Thumbnail site={site} />;
}

const Centred = ({ children }: { children: ReactNode }) => (
  <div className="grid size-full content-center justify-items-start gap-3 bg-sunken px-5">{children}</div>
);

function Failure({ site, mayWrite }: { site: Site; mayWrite: boolean }) {
  const { mutate, isPending } = useRegenerate();
  const toast = useToast();
  return (
    <Centred>
      <p className="line-clamp-4 text-sm text-bad wrap-anywhere" title={site.error ?? undefined}>
        {site.error ?? "It could not be made."}
      </p>
      {mayWrite && (
        <Button
          size="sm"
          isBusy={isPending}
          className="relative z-1"
          aria-label={`Try again: ${site.business_name}`}
          onClick={() => mutate({ id: site.id, wish: {} }, { onError: (error) => toast.failed(error) })}
        >
          Try again
        </Button>
      )}
    </Centred>
  );
}

function Below({ site, mayAnalyse }: { site: Site; mayAnalyse: boolean }) {
  if (!site.short_url) {
    return <p className="truncate text-sm text-quiet">{withoutScheme(site.url)}</p>;
  }
  const clicks = (
    <>
      <span className="figures">{formatShort(site.clicks)}</span> {site.clicks === 1 ? "click" : "clicks"}
    </>
  );
  return (
    <div className="flex min-w-0 items-center gap-1 text-sm text-quiet">
      <ShortLink url={site.short_url} />
      <CopyButton
        text={site.short_url}
        what={`the short link of ${site.business_name}`}
        className="relative z-1 -my-1 max-lg:size-10"
      />
      <span className="ml-auto shrink-0">
        {mayAnalyse && site.link_id ? (
          <NextLink
            href={`/analytics?link=${site.link_id}`}
            prefetch={false}
            className="relative z-1 py-2 text-quiet no-underline hover:text-accent-ink hover:underline"
          >
            {clicks}
            <span className="sr-only"> on the link of {site.business_name}</span>
          </NextLink>
        ) : (
          clicks
        )}
      </span>
    </div>
  );
}

export const GRID = "grid gap-4 sm:grid-cols-2 xl:grid-cols-3";

export function CardSkeleton() {
  return (
    <div className="overflow-hidden rounded-lg border border-line">
      <Skeleton className="aspect-16/10 w-full rounded-none" />
      <div className="grid gap-2.5 p-4">
        <Skeleton className="h-4.5 w-40 max-w-full" />
        <Skeleton className="h-4 w-56 max-w-full" />
      </div>
    </div>
  );
}
