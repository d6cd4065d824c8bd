"use client";

/** Name, beginning, quiet hours and pace of a campaign that is not over. */
import { useQueryClient } from "@tanstack/react-query";
import { ApiError } from "@/api/errors";
import { DraftSheet } from "@/ui/draft-sheet";
import { TextField } from "@/ui/field";
import { Notice } from "@/ui/panel";
import { useDraftSheet } from "@/ui/use-draft-sheet";
import { BeginFields, PaceField, QuietFields } from "../timing-fields";
import type { Campaign } from "../types";
import { putCampaign } from "../use-progress";
import { CAMPAIGNS_KEY, changeCampaign } from "../wire";
import { isOver } from "../words";
import { changesOf, errorsOf, faultsOf, type Typed, typedOf } from "./change";

export function ChangeSheet({ campaign, onClose }: { campaign: Campaign; onClose: () => void }) {
  const sheet = useDraftSheet<Typed>({
    name: `campaign ${campaign.id}`,
    read: () => typedOf(campaign),
    store: useStore(campaign),
    errorsOf,
    onClose,
  });
  const { draft, errors, change } = sheet;
  const hasBegun = campaign.started_at !== null;
  return (
    <DraftSheet
      sheet={sheet}
      title="Change the campaign"
      lead="What is sent already stays as it was."
      makeLabel={null}
      isReadOnly={isOver(campaign.status)}
    >
      {isOver(campaign.status) && (
        <Notice tone="warn">The campaign is {campaign.status}: nothing about it changes any more.</Notice>
      )}
      <TextField
        label="Name of the campaign"
        maxLength={200}
        value={draft.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
        error={errors.name ?? null}
      />
      {!hasBegun && (
        <Group title="When it begins">
          <BeginFields timing={draft} change={change} errors={errors} />
        </Group>
      )}
      <Group title="Quiet hours">
        <QuietFields timing={draft} change={change} errors={errors} hasZone={hasBegun || draft.when === "now"} />
      </Group>
      <Group title="Pace">
        <PaceField timing={draft} change={change} hint="It holds from the next message on." />
      </Group>
    </DraftSheet>
  );
}

/** Return what stores the changes; what is wrong with them is said as the API would. */
function useStore(campaign: Campaign) {
  const client = useQueryClient();
  return async (typed: Typed, from: Typed): Promise<string> => {
    const changes = changesOf(typed, from, campaign.started_at !== null);
    const faults = faultsOf(typed, changes);
    const [fault] = Object.values(faults);
    if (fault) throw new ApiError(422, "validation_failed", fault, faults);
    try {
      const now = await changeCampaign(campaign.id, changes);
      putCampaign(client, now);
      return `${now.name} is changed.`;
    } finally {
      // Refused, it may have begun or ended meanwhile.
      void client.invalidateQueries({ queryKey: CAMPAIGNS_KEY });
    }
  };
}

function Group({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className="grid gap-3 border-t border-line pt-4">
      <h3 className="text-base font-semibold">{title}</h3>
      {children}
    </section>
  );
}
