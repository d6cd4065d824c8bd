"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useState } from "react";
import { Button } from "@/ui/button";
import { formatDate } from "@/ui/numbers";
import { useToast } from "@/ui/toast";
import type { OptOut } from "../types";
import { CAMPAIGNS_KEY, OPT_OUTS_KEY, removeOptOut } from "../wire";

const Confirm = dynamic(() => import("@/ui/confirm").then((module) => module.Confirm), { ssr: false });

export function OptOutRow({ optOut, mayWrite }: { optOut: OptOut; mayWrite: boolean }) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-2.5">
      <span className="font-mono">{optOut.phone}</span>
      <span className="flex items-center gap-4 text-sm text-quiet">
        {howOf(optOut)}, {formatDate(optOut.created_at)}
        {mayWrite && optOut.source === "manual" && <Remove optOut={optOut} />}
      </span>
    </li>
  );
}

/** What people sent themselves, only they can take back: by answering START, or at their provider. */
function howOf({ source, keyword }: OptOut): string {
  if (source === "keyword") return keyword ? `Answered ${keyword.toUpperCase()}` : "By an answer";
  return source === "provider" ? "Told by the provider" : "Added by hand";
}

function Remove({ optOut }: { optOut: OptOut }) {
  const [isAsking, setAsking] = useState(false);
  const client = useQueryClient();
  const toast = useToast();
  const remove = useMutation({
    mutationFn: () => removeOptOut(optOut.phone),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: OPT_OUTS_KEY });
      void client.invalidateQueries({ queryKey: CAMPAIGNS_KEY });
      toast.done(`${optOut.phone} may be written to again.`);
    },
    onError: (error) => toast.failed(error),
    onSettled: () => setAsking(false),
  });
  return (
    <>
      <Button size="sm" look="ghost" onClick={() => setAsking(true)} aria-label={`Remove ${optOut.phone}`}>
        Remove
      </Button>
      {isAsking && (
        <Confirm
          isOpen
          onClose={() => setAsking(false)}
          title={`Write to ${optOut.phone} again?`}
          label="Take it off the list"
          isBusy={remove.isPending}
          onConfirm={() => remove.mutate()}
        >
          Campaigns to come may write to this number again. Be sure that they want it.
        </Confirm>
      )}
    </>
  );
}
