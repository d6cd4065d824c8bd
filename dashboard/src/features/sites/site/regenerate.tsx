"use client";

import { useState } from "react";
import { ApiError, sentence } from "@/api/errors";
import { withoutScheme } from "@/ui/addresses";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Notice } from "@/ui/panel";
import { useRegenerate } from "../changes";
import { toWish, WishFields } from "../generate/wish-fields";
import type { Site } from "../site";

/** Has a site made anew. Its link stays what it is. */
export function Regenerate({ site, onClose }: { site: Site; onClose: () => void }) {
  const [draft, setDraft] = useState({ generator: site.generator, design: site.design, brief: site.brief ?? "" });
  const { mutate, isPending, error } = useRegenerate();
  const errors = error instanceof ApiError ? error.fields : {};
  return (
    <Dialog
      isOpen
      onClose={onClose}
      shape="wide"
      title="Generate it again"
      footer={
        <>
          <Button onClick={onClose}>Keep it as it is</Button>
          <Button
            look="primary"
            isBusy={isPending}
            onClick={() => mutate({ id: site.id, wish: toWish(draft) }, { onSuccess: onClose })}
          >
            Generate it again
          </Button>
        </>
      }
    >
      <div className="grid gap-5">
        <Notice>
          {site.short_url && (
            <>
              The link stays: <span className="figures font-semibold">{withoutScheme(site.short_url)}</span>.{" "}
            </>
          )}
          The words are written anew, and what was changed by hand is replaced.
        </Notice>
        {error && <Notice tone="bad">{sentence(error)}</Notice>}
        <WishFields
          draft={draft}
          errors={errors}
          hasAutomatic={false}
          change={(patch) => setDraft((now) => ({ ...now, ...patch }))}
        />
      </div>
    </Dialog>
  );
}
