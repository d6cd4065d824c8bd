"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, type Schemas, take } from "@/api/client";
import { sentence } from "@/api/errors";
import { domainsQuery } from "@/api/lists";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { formatAgo } from "@/ui/numbers";
import { useToast } from "@/ui/toast";

/** The API looks 60 times an hour for a workspace: half of that by itself, the rest is for the button. */
const LOOK_EVERY_MS = 120_000;

/** The record to make, and whether it has been seen. Looks by itself while the page is open. */
export function Proof({ domain, proof }: { domain: Schemas["Domain"]; proof: Schemas["DomainProof"] }) {
  const client = useQueryClient();
  const toast = useToast();
  const look = useMutation({
    mutationFn: () => take(api.POST("/v1/domains/{domain}/verify", { params: { path: { domain: domain.domain } } })),
    onSuccess: () => toast.done(`${domain.domain} serves links now.`),
    onSettled: () => client.invalidateQueries({ queryKey: domainsQuery.queryKey }),
  });
  const { mutate } = look;
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && mutate(), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [mutate]);
  return (
    <div className="grid gap-3 rounded-md bg-sunken p-3 text-sm text-quiet sm:p-4">
      <p>
        Make this record where the DNS of the domain is kept, and point the domain itself (A, AAAA or CNAME) to the
        engine. Leave the record in place: it is looked for every day.
      </p>
      <dl className="grid gap-2">
        <Part label="Type" text={proof.type ?? "TXT"} />
        <Part label="Name" text={proof.name} />
        <Part label="Value" text={proof.value} />
      </dl>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p role="status" className="min-w-0 grow basis-56">
          {look.error ? sentence(look.error) : <LastLook at={domain.checked_at} />}
        </p>
        <Button size="sm" isBusy={look.isPending} onClick={() => look.mutate()}>
          Check now
        </Button>
      </div>
    </div>
  );
}

function Part({ label, text }: { label: string; text: string }) {
  return (
    <div className="flex items-center gap-3">
      <dt className="w-12 shrink-0">{label}</dt>
      <dd className="flex min-w-0 grow items-center justify-between gap-2">
        <code className="min-w-0 font-mono text-ink wrap-anywhere">{text}</code>
        <CopyButton text={text} what={`the ${label.toLowerCase()}`} />
      </dd>
    </div>
  );
}

/** Counts on by itself: "3 minutes ago" is wrong a minute later. */
function LastLook({ at }: { at: string | null }) {
  const [, setTick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTick((tick) => tick + 1), 30_000);
    return () => clearInterval(timer);
  }, []);
  return at ? `Looked for ${formatAgo(at)}, and not there yet. We look again by ourselves.` : "Not looked for yet.";
}
