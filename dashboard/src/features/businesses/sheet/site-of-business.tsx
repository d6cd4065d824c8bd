"use client";

import { useMay } from "@/api/session";
import { StatusBadge } from "@/features/sites/status";
import { ButtonLink } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { ShortLink } from "@/ui/short-link";
import { type Business, composerOf, isReachable } from "../business";

/** The site that the business has, or the way to one. */
export function SiteOfBusiness({ business }: { business: Business }) {
  const { id, site } = business;
  const maySend = useMay("campaigns:write");
  const mayWrite = useMay("sites:write");
  return (
    <section
      aria-label="Site"
      className="flex min-h-14 flex-wrap items-center justify-between gap-x-4 gap-y-2 rounded-md border border-line bg-panel px-4 py-2"
    >
      {site ? (
        <>
          <div className="flex min-w-0 flex-wrap items-center gap-2">
            <StatusBadge status={site.status} />
            {site.short_url && (
              <span className="flex min-w-0 items-center">
                <ShortLink url={site.short_url} className="text-sm" />
                <CopyButton text={site.short_url} what="the short link" />
              </span>
            )}
          </div>
          <div className="flex flex-wrap gap-2">
            {maySend && isReachable(business) && (
              <ButtonLink size="sm" href={composerOf(business)}>
                Write to it
              </ButtonLink>
            )}
            <ButtonLink size="sm" href={`/sites?site=${site.id}`}>
              Look at the site
            </ButtonLink>
          </div>
        </>
      ) : (
        <>
          <p className="text-sm text-quiet">No site yet.</p>
          {mayWrite && (
            <ButtonLink size="sm" href={`/sites?new=1&business=${id}`}>
              Generate its site
            </ButtonLink>
          )}
        </>
      )}
    </section>
  );
}
