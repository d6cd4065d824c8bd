"use client";

/** A domain of the business's own: named here, proved by a DNS record, and looked at when somebody asks. */
import { type FormEvent, useState } from "react";
import { ApiError, sentence } from "@/api/errors";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { TextField } from "@/ui/field";
import { formatMoment } from "@/ui/numbers";
import { Badge, Notice } from "@/ui/panel";
import { useToast } from "@/ui/toast";
import { useEditSite, useVerifyDomain } from "../changes";
import type { Site } from "../site";

export function CustomDomain({ site, isReadOnly }: { site: Site; isReadOnly: boolean }) {
  return (
    <section aria-label="Own domain" className="grid gap-3 border-t border-line pt-5">
      {site.custom_domain ? (
        <Named site={site} domain={site.custom_domain} isReadOnly={isReadOnly} />
      ) : (
        <Naming site={site} isReadOnly={isReadOnly} />
      )}
    </section>
  );
}

function Naming({ site, isReadOnly }: { site: Site; isReadOnly: boolean }) {
  const [typed, setTyped] = useState("");
  const { mutate, isPending, error } = useEditSite();
  const said = error instanceof ApiError ? (error.fields.custom_domain ?? null) : null;
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim()) mutate({ id: site.id, changes: { custom_domain: typed.trim() } });
  };
  if (isReadOnly) return <p className="text-sm text-quiet">The site has no domain of its own.</p>;
  return (
    <form onSubmit={save} noValidate className="grid gap-3">
      <TextField
        label="Domain of its own"
        name="custom_domain"
        placeholder="www.example.com"
        inputClassName="font-mono text-sm!"
        autoCapitalize="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        error={said}
        hint="You prove that it is yours by a DNS record, which is shown next."
      />
      {error && !said && <Notice tone="bad">{sentence(error)}</Notice>}
      <div>
        <Button type="submit" isBusy={isPending} disabled={!typed.trim()}>
          Use this domain
        </Button>
      </div>
    </form>
  );
}

function Named({ site, domain, isReadOnly }: { site: Site; domain: string; isReadOnly: boolean }) {
  const edit = useEditSite();
  const verify = useVerifyDomain();
  const toast = useToast();
  const isVerified = site.custom_domain_verified_at !== null;
  const remove = () =>
    edit.mutate(
      { id: site.id, changes: { custom_domain: null } },
      { onSuccess: () => toast.done(`${domain} no longer leads here`), onError: (error) => toast.failed(error) },
    );
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="figures min-w-0 text-sm font-semibold wrap-anywhere">{domain}</h2>
        <Badge tone={isVerified ? "good" : "warn"}>{isVerified ? "Proved" : "Not proved yet"}</Badge>
      </div>
      {isVerified ? (
        <p className="text-sm text-quiet">
          Seen on {formatMoment(site.custom_domain_verified_at ?? "")}. The site is served there.
        </p>
      ) : (
        site.custom_domain_record && <DnsRecord record={site.custom_domain_record} />
      )}
      {verify.error && <Notice tone="bad">{sentence(verify.error)}</Notice>}
      {!isReadOnly && (
        <div className="flex flex-wrap gap-2.5">
          {!isVerified && (
            <Button
              look="primary"
              isBusy={verify.isPending}
              onClick={() =>
                verify.mutate(site.id, {
                  onSuccess: (seen) => {
                    if (seen.custom_domain_verified_at) toast.done(`${domain} is proved`);
                    else toast.failed("The record is not there yet. DNS may take some minutes.");
                  },
                })
              }
            >
              Look for the record
            </Button>
          )}
          <Button look="danger" isBusy={edit.isPending} onClick={remove}>
            Take the domain away
          </Button>
        </div>
      )}
    </>
  );
}

function DnsRecord({ record }: { record: NonNullable<Site["custom_domain_record"]> }) {
  const parts = [
    { label: "Type", value: record.type },
    { label: "Name", value: record.name },
    { label: "Value", value: record.value },
  ];
  return (
    <div className="grid gap-2">
      <p className="text-sm text-quiet">Make this record where the domain is kept, then look for it here.</p>
      <dl className="grid divide-y divide-line rounded-md border border-line bg-panel">
        {parts.map(({ label, value }) => (
          <div key={label} className="grid grid-cols-[3.5rem_minmax(0,1fr)] items-center gap-2 px-3 py-1">
            <dt className="text-sm text-quiet">{label}</dt>
            <dd className="flex min-w-0 items-center justify-between gap-2">
              <span className="figures min-w-0 text-sm wrap-anywhere">{value}</span>
              <CopyButton text={value} what={label.toLowerCase()} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
