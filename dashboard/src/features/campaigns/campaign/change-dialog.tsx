"use client";

/** Name, beginning, quiet hours and pace of a campaign that is not over. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { errorOf, otherError } from "@/features/settings/field-errors";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { Notice } from "@/ui/panel";
import { useToast } from "@/ui/toast";
import { BeginFields, PaceField, QuietFields } from "../timing-fields";
import type { Campaign } from "../types";
import { putCampaign } from "../use-progress";
import { CAMPAIGNS_KEY, changeCampaign } from "../wire";
import { isOver } from "../words";
import { changesOf, faultOf, type Typed, typedOf } from "./change";

type Props = { campaign: Campaign; onClose: () => void };

export function ChangeDialog({ campaign, onClose }: Props) {
  // As it was when the dialog was opened, whatever comes in meanwhile.
  const [from] = useState(() => typedOf(campaign));
  const [typed, setTyped] = useState(from);
  const [isLeaving, setLeaving] = useState(false);
  const hasBegun = campaign.started_at !== null;
  const changes = changesOf(typed, from, hasBegun);
  const isDirty = Object.keys(changes).length > 0;
  const fault = faultOf(typed, changes);
  const save = useSave(campaign, onClose);
  const change = (patch: Partial<Typed>) => {
    setTyped((known) => ({ ...known, ...patch }));
    if (!save.isPending) save.reset();
  };
  const leave = () => (isDirty ? setLeaving(true) : onClose());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isDirty && !fault && !save.isPending) save.mutate(changes);
  };
  return (
    <Dialog
      isOpen
      onClose={leave}
      title="Change the campaign"
      lead="What is sent already stays as it was."
      footer={
        <>
          <Button onClick={leave}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            form="campaign-form"
            isBusy={save.isPending}
            disabled={!isDirty || fault !== null || isOver(campaign.status)}
          >
            Save
          </Button>
        </>
      }
    >
      <form id="campaign-form" onSubmit={submit} noValidate className="grid gap-6">
        <Told campaign={campaign} error={save.error} fault={isDirty ? fault : null} />
        <TextField
          label="Name of the campaign"
          maxLength={200}
          value={typed.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
          error={errorOf(save.error, "name")}
        />
        {!hasBegun && (
          <Group title="When it begins">
            <BeginFields timing={typed} change={change} />
          </Group>
        )}
        <Group title="Quiet hours">
          <QuietFields timing={typed} change={change} hasZone={hasBegun || typed.when === "now"} />
        </Group>
        <Group title="Pace">
          <PaceField timing={typed} change={change} hint="It holds from the next message on." />
        </Group>
      </form>
      <Confirm
        isOpen={isLeaving}
        onClose={() => setLeaving(false)}
        title="Discard what you changed?"
        label="Discard"
        cancelLabel="Go on"
        onConfirm={onClose}
      >
        It is not saved yet.
      </Confirm>
    </Dialog>
  );
}

function useSave(campaign: Campaign, onDone: () => void) {
  const client = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: (changes: Parameters<typeof changeCampaign>[1]) => changeCampaign(campaign.id, changes),
    onSuccess: (now) => {
      putCampaign(client, now);
      toast.done(`${now.name} is changed.`);
      onDone();
    },
    // Refused, it may have begun or ended meanwhile.
    onSettled: () => void client.invalidateQueries({ queryKey: CAMPAIGNS_KEY }),
  });
}

function Told({ campaign, error, fault }: { campaign: Campaign; error: unknown; fault: string | null }) {
  if (isOver(campaign.status)) {
    return <Notice tone="warn">The campaign is {campaign.status}: nothing about it changes any more.</Notice>;
  }
  const said = otherError(error, ["name"]) ?? fault;
  return said ? <Notice tone={error ? "bad" : "warn"}>{said}</Notice> : null;
}

function Group({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className="grid gap-3 border-t border-line pt-4">
      <h3 className="text-base font-semibold">{title}</h3>
      {children}
    </section>
  );
}
