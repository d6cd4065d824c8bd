"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { api, type Schemas, take } from "@/api/client";
import { domainsQuery } from "@/api/lists";
import { useMay } from "@/api/session";
import { IconButton } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { Menu, MenuItem, MenuLine } from "@/ui/menu";
import { formatDate } from "@/ui/numbers";
import { Badge } from "@/ui/panel";
import { useToast } from "@/ui/toast";
import { Row } from "../rows";
import { AddressesDialog } from "./addresses-dialog";
import { Proof } from "./proof";

type Domain = Schemas["Domain"];

export function DomainRow({ domain }: { domain: Domain }) {
  const mayChange = useMay("admin");
  return (
    <Row
      title={<span className="font-mono">{domain.domain}</span>}
      badges={<State domain={domain} />}
      actions={mayChange && <DomainMenu domain={domain} />}
      below={mayChange && !domain.is_verified && domain.proof && <Proof domain={domain} proof={domain.proof} />}
    >
      <Addresses domain={domain} />
    </Row>
  );
}

function State({ domain }: { domain: Domain }) {
  return (
    <>
      {domain.is_verified ? (
        <Badge tone="good">Serves links</Badge>
      ) : (
        <Badge tone="warn">Waits for its DNS record</Badge>
      )}
      {domain.is_default && <Badge tone="accent">New links are made here</Badge>}
      {domain.is_shared && <Badge>Everybody's</Badge>}
    </>
  );
}

function Addresses({ domain }: { domain: Domain }) {
  const { root_url: root, not_found_url: notFound, verified_at: since } = domain;
  return (
    <div className="grid gap-0.5">
      {since && <p>Since {formatDate(since)}</p>}
      {root && <p className="wrap-anywhere">Its front page leads to {root}</p>}
      {notFound && <p className="wrap-anywhere">Unknown codes lead to {notFound}</p>}
    </div>
  );
}

function DomainMenu({ domain }: { domain: Domain }) {
  const [open, setOpen] = useState<"addresses" | "remove" | null>(null);
  const client = useQueryClient();
  const toast = useToast();
  const path = { domain: domain.domain };
  const settle = {
    onError: (error: Error) => toast.failed(error),
    onSettled: () => client.invalidateQueries({ queryKey: domainsQuery.queryKey }),
  };
  const choose = useMutation({
    mutationFn: (is_default: boolean) =>
      take(api.PATCH("/v1/domains/{domain}", { params: { path }, body: { is_default } })),
    onSuccess: ({ is_default }) =>
      toast.done(`Links that name no domain are made on ${is_default ? domain.domain : "the installation's own"} now.`),
    ...settle,
  });
  const remove = useMutation({
    mutationFn: () => take(api.DELETE("/v1/domains/{domain}", { params: { path } })),
    onSuccess: () => toast.done(`${domain.domain} is removed.`),
    ...settle,
  });
  return (
    <>
      <Menu trigger={<IconButton label={`Change ${domain.domain}`} icon={Ellipsis} />}>
        {domain.is_verified && (
          <MenuItem onSelect={() => choose.mutate(!domain.is_default)}>
            {domain.is_default ? "Do not make new links here" : "Make new links here"}
          </MenuItem>
        )}
        {!domain.is_shared && (
          <>
            <MenuItem onSelect={() => setOpen("addresses")}>Front page and unknown codes</MenuItem>
            <MenuLine />
            <MenuItem isDangerous onSelect={() => setOpen("remove")}>
              Remove
            </MenuItem>
          </>
        )}
      </Menu>
      {open === "addresses" && <AddressesDialog domain={domain} onClose={() => setOpen(null)} />}
      <Confirm
        isOpen={open === "remove"}
        onClose={() => setOpen(null)}
        title={`Remove ${domain.domain}?`}
        label="Remove the domain"
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate(undefined, { onSettled: () => setOpen(null) })}
      >
        Links are not served on it any more. It can only go once it has no links.
      </Confirm>
    </>
  );
}
