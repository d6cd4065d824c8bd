"use client";

/** What can be done about a campaign while it is not over. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pause, Play, SquarePen, X } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { useMay } from "@/api/session";
import { Button } from "@/ui/button";
import { formatCount } from "@/ui/numbers";
import { useToast } from "@/ui/toast";
import type { Campaign } from "../types";
import { putCampaign } from "../use-progress";
import { type Act, actOn, CAMPAIGNS_KEY } from "../wire";
import { isOver, plural } from "../words";

const Confirm = dynamic(() => import("@/ui/confirm").then((module) => module.Confirm), { ssr: false });

const ChangeSheet = dynamic(() => import("./change-sheet").then((module) => module.ChangeSheet), { ssr: false });

const DONE: Record<Act, string> = {
  pause: "Paused. What a provider already has goes on to its phone.",
  resume: "Going on.",
  cancel: "Cancelled. Nobody else is written to.",
};

export function Controls({ campaign }: { campaign: Campaign }) {
  const mayWrite = useMay("campaigns:write");
  const [isAsking, setAsking] = useState(false);
  const [isChanging, setChanging] = useState(false);
  const client = useQueryClient();
  const toast = useToast();
  const change = useMutation({
    mutationFn: (act: Act) => actOn(campaign.id, act),
    onSuccess: (now, act) => {
      putCampaign(client, now);
      toast.done(DONE[act]);
    },
    onError: (error) => toast.failed(error),
    onSettled: () => {
      setAsking(false);
      void client.invalidateQueries({ queryKey: CAMPAIGNS_KEY });
    },
  });
  if (!mayWrite) return null;
  const sheet = isChanging && <ChangeSheet campaign={campaign} onClose={() => setChanging(false)} />;
  // It may end while somebody changes it: the sheet says so.
  if (isOver(campaign.status)) return sheet;
  const waiting = campaign.totals.queued;
  return (
    <>
      {campaign.status === "paused" ? (
        <Button look="primary" icon={Play} isBusy={change.isPending} onClick={() => change.mutate("resume")}>
          Resume
        </Button>
      ) : (
        <Button icon={Pause} isBusy={change.isPending} onClick={() => change.mutate("pause")}>
          Pause
        </Button>
      )}
      <Button icon={SquarePen} onClick={() => setChanging(true)}>
        Change
      </Button>
      <Button look="danger" icon={X} disabled={change.isPending} onClick={() => setAsking(true)}>
        Cancel
      </Button>
      {sheet}
      {isAsking && (
        <Confirm
          isOpen
          onClose={() => setAsking(false)}
          title={`Cancel ${campaign.name}?`}
          label="Cancel the campaign"
          isBusy={change.isPending}
          onConfirm={() => change.mutate("cancel")}
        >
          {waiting > 0 && `${formatCount(waiting)} ${plural(waiting, "message")} that wait will never be sent. `}
          What was sent stays in the report. A cancelled campaign cannot be taken up again; to stop it for a while,
          pause it.
        </Confirm>
      )}
    </>
  );
}
