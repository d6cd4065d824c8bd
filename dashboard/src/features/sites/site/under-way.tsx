"use client";

/** A site that is being made, or could not be. What visitors got before, they get still. */
import { sentence } from "@/api/errors";
import { useMay } from "@/api/session";
import { Button } from "@/ui/button";
import { Notice, Panel } from "@/ui/panel";
import { useRegenerate } from "../changes";
import { ProgressLine, ProgressSteps } from "../progress";
import type { Site } from "../site";

export function UnderWay({ site }: { site: Site }) {
  const mayWrite = useMay("sites:write");
  const { mutate, isPending, error } = useRegenerate();
  const isFailed = site.status === "failed";
  return (
    <Panel
      title={isFailed ? "It could not be made" : site.generations ? "Being made anew" : "Being made"}
      lead={site.short_url && site.is_published ? "Until it is ready, visitors see what they saw before." : undefined}
      className="max-w-xl"
    >
      <div className="grid justify-items-start gap-4">
        {!isFailed && <ProgressLine site={site} />}
        <ProgressSteps site={site} />
        {isFailed && <Notice tone="bad">{site.error ?? "Something went wrong. Try again."}</Notice>}
        {error && <Notice tone="bad">{sentence(error)}</Notice>}
        {isFailed && mayWrite && (
          <Button look="primary" isBusy={isPending} onClick={() => mutate({ id: site.id, wish: {} })}>
            Try again
          </Button>
        )}
      </div>
    </Panel>
  );
}
