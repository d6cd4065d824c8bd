"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { api, type Schemas, take } from "@/api/client";
import { domainsQuery } from "@/api/lists";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { Notice } from "@/ui/panel";
import { useToast } from "@/ui/toast";
import { errorOf, otherError } from "../field-errors";

/** Where a domain's front page and its unknown codes lead. */
export function AddressesDialog({ domain, onClose }: { domain: Schemas["Domain"]; onClose: () => void }) {
  const client = useQueryClient();
  const toast = useToast();
  const save = useMutation({
    mutationFn: (body: Schemas["DomainUpdate"]) =>
      take(api.PATCH("/v1/domains/{domain}", { params: { path: { domain: domain.domain } }, body })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: domainsQuery.queryKey });
      toast.done("Saved. It holds within five seconds.");
      onClose();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    const read = (name: string) => String(typed.get(name)).trim() || null;
    save.mutate({ is_default: domain.is_default, root_url: read("root_url"), not_found_url: read("not_found_url") });
  };
  const said = otherError(save.error, ["root_url", "not_found_url"]);
  return (
    <Dialog isOpen onClose={onClose} title={domain.domain} lead="Empty: visitors see a plain page of ours.">
      <form onSubmit={submit} className="grid gap-4" noValidate>
        <TextField
          data-autofocus
          name="root_url"
          label="The front page leads to"
          type="url"
          placeholder="https://example.com/"
          defaultValue={domain.root_url ?? ""}
          error={errorOf(save.error, "root_url")}
        />
        <TextField
          name="not_found_url"
          label="Unknown codes lead to"
          type="url"
          placeholder="https://example.com/not-found"
          defaultValue={domain.not_found_url ?? ""}
          error={errorOf(save.error, "not_found_url")}
        />
        {said && <Notice tone="bad">{said}</Notice>}
        <div className="flex flex-wrap justify-end gap-2.5">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" isBusy={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
