"use client";

/** Where the site is: its name under the sites' domain, and a domain of the business's own. */
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiError, sentence } from "@/api/errors";
import { useMay } from "@/api/session";
import { withoutScheme } from "@/ui/addresses";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Field } from "@/ui/field";
import { Notice } from "@/ui/panel";
import { useToast } from "@/ui/toast";
import { useEditSite } from "../changes";
import { siteSettingsQuery } from "../queries";
import type { Site } from "../site";
import { CustomDomain } from "./custom-domain";

export function AddressPanel({ site }: { site: Site }) {
  const mayWrite = useMay("sites:write");
  return (
    <div className="grid gap-6">
      <section aria-label="Where it is" className="grid gap-1">
        <h2 className="text-base">Where it is</h2>
        <p className="flex min-w-0 items-center gap-1">
          <span className="figures min-w-0 text-sm wrap-anywhere">{withoutScheme(site.url)}</span>
          <CopyButton text={site.url} what="the address" />
        </p>
        <p className="text-sm text-quiet">Messages carry the short link; it follows when the address changes.</p>
      </section>
      <Subdomain key={site.subdomain} site={site} isReadOnly={!mayWrite} />
      <CustomDomain key={site.custom_domain} site={site} isReadOnly={!mayWrite} />
    </div>
  );
}

function Subdomain({ site, isReadOnly }: { site: Site; isReadOnly: boolean }) {
  const { data: settings } = useQuery(siteSettingsQuery);
  const [typed, setTyped] = useState(site.subdomain);
  const { mutate, isPending, error } = useEditSite();
  const toast = useToast();
  const name = typed.trim().toLowerCase();
  const isChanged = name !== site.subdomain;
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (!isChanged) return;
    const changes = { subdomain: name };
    mutate({ id: site.id, changes }, { onSuccess: () => toast.done("The site has a new address") });
  };
  const said = error instanceof ApiError ? (error.fields.subdomain ?? null) : null;
  return (
    <form onSubmit={save} noValidate className="grid gap-3 border-t border-line pt-5">
      <Field
        label="Name in the address"
        error={said}
        hint={isChanged ? "The old address leads nowhere then; the short link follows." : null}
      >
        {(ties) => (
          <div className="flex h-10 min-w-0 items-center rounded-md border border-line bg-panel font-mono text-sm focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent hover:border-edge has-aria-invalid:border-bad">
            <input
              {...ties}
              name="subdomain"
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              disabled={isReadOnly}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              className="h-full min-w-0 grow bg-transparent px-3 outline-none"
            />
            {settings?.sites_domain && (
              <span className="max-w-[50%] shrink-0 truncate pr-3 text-quiet">.{settings.sites_domain}</span>
            )}
          </div>
        )}
      </Field>
      {error && !said && <Notice tone="bad">{sentence(error)}</Notice>}
      {isChanged && (
        <div className="flex gap-2.5">
          <Button look="primary" type="submit" isBusy={isPending}>
            Change the address
          </Button>
          <Button onClick={() => setTyped(site.subdomain)}>Cancel</Button>
        </div>
      )}
    </form>
  );
}
