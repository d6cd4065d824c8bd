"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Share2 } from "lucide-react";
import { useState } from "react";
import { api, type Schemas, take } from "@/api/client";
import { useMay } from "@/api/session";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Switch, TextField } from "@/ui/field";
import { formatAgo } from "@/ui/numbers";
import { Popover } from "@/ui/popover";
import { Skeleton, Waiting } from "@/ui/states";
import { useToast } from "@/ui/toast";

type Share = Schemas["Share"];

/** Lets people without an account read the analytics of a link, until it is switched off. */
export function ShareControl({ id }: { id: string }) {
  const [isOpen, setOpen] = useState(false);
  const { data, error } = useQuery({
    queryKey: ["analytics-share", id],
    queryFn: ({ signal }) => take(api.GET("/v1/links/{link_id}/share", { params: { path: { link_id: id } }, signal })),
    enabled: isOpen,
  });
  return (
    <Popover
      label="Share these analytics"
      align="end"
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={<Button icon={Share2}>Share</Button>}
    >
      {data && <ShareForm id={id} share={data} />}
      {error && <p className="text-sm text-bad">{error.message}</p>}
      {!data && !error && (
        <Waiting label="Looking whether it is shared">
          <Skeleton className="h-6 w-full" />
          <Skeleton className="mt-3 h-10 w-full" />
        </Waiting>
      )}
    </Popover>
  );
}

function ShareForm({ id, share }: { id: string; share: Share }) {
  const mayShare = useMay("links:write");
  const client = useQueryClient();
  const toast = useToast();
  const change = useMutation({
    mutationFn: (isOn: boolean) => (isOn ? begin(id) : end(id)),
    onSuccess: (next) => client.setQueryData(["analytics-share", id], next),
    onError: (error) => toast.failed(error),
  });
  return (
    <div className="grid gap-3">
      <Switch
        label="A page that anybody may read"
        isOn={change.isPending ? change.variables : share.is_shared}
        disabled={!mayShare || change.isPending}
        onChange={(isOn) => change.mutate(isOn)}
      />
      {share.is_shared && share.url && (
        <div className="flex items-end gap-2">
          <TextField
            label="Its address"
            value={share.url}
            readOnly
            className="grow"
            inputClassName="font-mono text-xs!"
            onFocus={(event) => event.target.select()}
          />
          <CopyButton text={share.url} what="address" label="Copy" size="md" />
        </div>
      )}
      {share.is_shared && !share.url && (
        <p className="text-sm text-warn">The address cannot be shown any more. Switch it off and on for a new one.</p>
      )}
      <p className="text-xs text-quiet">
        {share.is_shared && share.created_at ? `Shared ${formatAgo(share.created_at)}. ` : ""}
        {mayShare
          ? "It shows the short link, its title and these numbers: not the destination, no tags, no single clicks. Switched off, the address is dead at once."
          : "Whoever may edit links can switch this."}
      </p>
    </div>
  );
}

const begin = (id: string): Promise<Share> =>
  take(api.PUT("/v1/links/{link_id}/share", { params: { path: { link_id: id } } }));

async function end(id: string): Promise<Share> {
  await take(api.DELETE("/v1/links/{link_id}/share", { params: { path: { link_id: id } } }));
  return { is_shared: false, url: null, created_at: null };
}
