"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { api, take } from "@/api/client";
import { domainsQuery } from "@/api/lists";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { Notice } from "@/ui/panel";
import { useToast } from "@/ui/toast";
import { errorOf, otherError } from "../field-errors";

export function ClaimDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const toast = useToast();
  const claim = useMutation({
    mutationFn: (domain: string) => take(api.POST("/v1/domains", { body: { domain } })),
    onSuccess: async ({ domain }) => {
      await client.invalidateQueries({ queryKey: domainsQuery.queryKey });
      toast.done(`${domain} is added. It serves links once its DNS record is there.`);
      onClose();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    claim.mutate(String(new FormData(event.currentTarget).get("domain")).trim());
  };
  const said = otherError(claim.error, ["domain"]);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Add a domain"
      lead="You show by a DNS record that it is yours; the next page has it to copy."
    >
      <form onSubmit={submit} className="grid gap-4">
        <TextField
          data-autofocus
          name="domain"
          label="Domain"
          placeholder="go.example.com"
          inputMode="url"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={253}
          hint="A subdomain that nothing else uses is best."
          error={errorOf(claim.error, "domain")}
          required
        />
        {said && <Notice tone="bad">{said}</Notice>}
        <div className="flex flex-wrap justify-end gap-2.5">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" isBusy={claim.isPending}>
            Add
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
