"use client";

/** One site: how it is to be made, how far it is, and what came of it. */
import { useState } from "react";
import { ApiError, sentence } from "@/api/errors";
import type { Business } from "@/features/businesses/business";
import { Button, ButtonLink } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Dialog } from "@/ui/dialog";
import { Notice } from "@/ui/panel";
import { ShortLink } from "@/ui/short-link";
import { useGenerateSite, useRegenerate } from "../changes";
import { ProgressSteps } from "../progress";
import { useSite } from "../queries";
import type { Site } from "../site";
import { useSiteProgress } from "../use-progress";
import { NO_WISH, toWish, WishFields } from "./wish-fields";

type Props = { business: Business; onClose: () => void; onBack?: (() => void) | undefined };

export function OneSite({ business, onClose, onBack }: Props) {
  const [draft, setDraft] = useState(NO_WISH);
  const { mutate, data, isPending, error } = useGenerateSite();
  if (data) return <Making id={data.id} onClose={onClose} />;
  const errors = error instanceof ApiError ? error.fields : {};
  return (
    <Dialog
      isOpen
      onClose={onClose}
      shape="wide"
      title={`A site for ${business.name}`}
      footer={
        <>
          {onBack && (
            <Button look="ghost" className="mr-auto" onClick={onBack}>
              Another business
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            isBusy={isPending}
            onClick={() => mutate({ businessId: business.id, wish: toWish(draft) })}
          >
            Generate
          </Button>
        </>
      }
    >
      <div className="grid gap-5">
        {error && <Notice tone="bad">{sentence(error)}</Notice>}
        <WishFields
          draft={draft}
          errors={errors}
          hasAutomatic
          change={(patch) => setDraft((now) => ({ ...now, ...patch }))}
        />
      </div>
    </Dialog>
  );
}

/** It goes on when this is closed: what is shown is only looked at. */
function Making({ id, onClose }: { id: string; onClose: () => void }) {
  useSiteProgress(id);
  const { data: site } = useSite(id);
  const retry = useRegenerate();
  if (!site) return null;
  const isDone = site.status === "completed";
  const isFailed = site.status === "failed";
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={isDone ? `${site.business_name} has a site` : isFailed ? "It could not be made" : `Making the site`}
      lead={isDone || isFailed ? undefined : site.business_name}
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          {isFailed && (
            <Button look="primary" isBusy={retry.isPending} onClick={() => retry.mutate({ id, wish: {} })}>
              Try again
            </Button>
          )}
          {isDone && (
            <ButtonLink look="primary" href={`/sites?site=${id}`}>
              Look at the site
            </ButtonLink>
          )}
        </>
      }
    >
      <p role="status" className="sr-only">
        {isDone ? "The site is ready" : isFailed ? "The site failed" : "The site is being made"}
      </p>
      {isDone ? (
        <Ready site={site} />
      ) : (
        <div className="grid gap-4">
          <ProgressSteps site={site} />
          {isFailed && <Notice tone="bad">{site.error ?? "Something went wrong. Try again."}</Notice>}
          {retry.error && <Notice tone="bad">{sentence(retry.error)}</Notice>}
          {!isFailed && <p className="text-sm text-quiet">It goes on when you close this.</p>}
        </div>
      )}
    </Dialog>
  );
}

function Ready({ site }: { site: Site }) {
  return (
    <div className="grid gap-4">
      {site.note && <Notice tone="warn">{site.note}</Notice>}
      {site.short_url && (
        <div className="flex flex-wrap items-center justify-between gap-3 rounded-md border border-line bg-panel px-4 py-3">
          <ShortLink url={site.short_url} className="text-lg font-semibold" />
          <CopyButton size="md" text={site.short_url} what="the short link" label="Copy the link" />
        </div>
      )}
      <p className="text-sm text-quiet">
        This is its one link, for every message. It stays the same when the site is changed or made anew.
      </p>
    </div>
  );
}
