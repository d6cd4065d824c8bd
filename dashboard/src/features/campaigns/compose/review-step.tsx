"use client";

/** All of it once more, a name, and the button that sends it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { sentence, Unreachable } from "@/api/errors";
import { errorOf } from "@/features/settings/field-errors";
import { Button } from "@/ui/button";
import { countryName } from "@/ui/countries";
import { TextField } from "@/ui/field";
import { formatCount, formatDate, formatMoment } from "@/ui/numbers";
import { Notice, Panel } from "@/ui/panel";
import { useToast } from "@/ui/toast";
import { instantOf } from "../timing";
import { putCampaign } from "../use-progress";
import { CAMPAIGNS_KEY, makeCampaign, ONCE_KEY } from "../wire";
import { plural, VARIANTS } from "../words";
import { type Draft, type faultsOf, newKey, STEP_NAMES, STEPS, type Step, suggestName, toRequest } from "./draft";
import { EstimatePanel, useEstimate } from "./estimate";
import { languageName } from "./languages";
import type { Change } from "./use-draft";

const SendDialog = dynamic(() => import("./send-dialog").then((module) => module.SendDialog), { ssr: false });

type Props = {
  draft: Draft;
  change: Change;
  faults: ReturnType<typeof faultsOf>;
  onGo: (step: Step) => void;
  onMade: () => void;
};

export function ReviewStep({ draft, change, faults, onGo, onMade }: Props) {
  const [isAsking, setAsking] = useState(false);
  const suggested = suggestName(draft, formatDate(new Date()));
  const name = draft.name.trim() || suggested;
  const estimate = useEstimate(draft);
  const ready = estimate.data?.ready ?? 0;
  const make = useMake(onMade, () => setAsking(false));
  const send = () => {
    // Kept before it is sent: the same campaign after a reload, too.
    change({ key: draft.key });
    make.mutate({ key: draft.key, body: toRequest(draft, name) });
  };
  const another = () => {
    change({ key: newKey() });
    make.reset();
  };
  const first = STEPS.find((step) => faults[step]);
  const isLater = draft.when === "later";
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_21rem]">
      <Panel>
        <div className="grid gap-5">
          <TextField
            label="Name of the campaign"
            hint="Only you see it."
            placeholder={suggested}
            maxLength={200}
            value={draft.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
            error={errorOf(make.error, "name")}
          />
          <ul className="grid gap-3">
            {linesOf(draft).map(({ step, value }) => (
              <li key={step} className="flex items-start justify-between gap-4 border-t border-line pt-3">
                <div className="grid min-w-0 gap-0.5">
                  <h3 className="text-sm font-normal tracking-normal text-quiet">{STEP_NAMES[step]}</h3>
                  <p className="wrap-anywhere">{value}</p>
                  {faults[step] && <p className="text-sm text-warn">{faults[step]}</p>}
                </div>
                <Button size="sm" onClick={() => onGo(step)} aria-label={`Change: ${STEP_NAMES[step]}`}>
                  Change
                </Button>
              </li>
            ))}
          </ul>
          {make.error && <NotMade error={make.error} onAnother={another} />}
          <div className="flex flex-wrap justify-end gap-2.5 border-t border-line pt-4">
            <Button
              look="primary"
              disabled={first !== undefined || ready === 0 || estimate.isPlaceholderData}
              onClick={() => setAsking(true)}
            >
              {isLater ? "Schedule for" : "Send to"} {formatCount(ready)}
            </Button>
          </div>
        </div>
      </Panel>
      <div className="lg:sticky lg:top-6">
        <EstimatePanel draft={draft} />
      </div>
      {isAsking && estimate.data && (
        <SendDialog
          draft={draft}
          estimate={estimate.data}
          isBusy={make.isPending}
          onClose={() => setAsking(false)}
          onSend={send}
        />
      )}
    </div>
  );
}

function useMake(onMade: () => void, onEnd: () => void) {
  const client = useQueryClient();
  const router = useRouter();
  const toast = useToast();
  return useMutation({
    mutationFn: makeCampaign,
    onSuccess: (campaign) => {
      onMade();
      putCampaign(client, campaign);
      void client.invalidateQueries({ queryKey: CAMPAIGNS_KEY });
      toast.done(`${campaign.name} is made.`);
      router.push(`/campaigns/view?id=${campaign.id}`);
    },
    onSettled: onEnd,
  });
}

/** An answer can be lost: what is sent again as it was, is not made again. */
function NotMade({ error, onAnother }: { error: unknown; onAnother: () => void }) {
  if (error instanceof Unreachable) {
    return (
      <Notice tone="bad" title="Perhaps it was made, perhaps not">
        The connection broke before Vayro answered. Send it once more, as it is: nobody is written to twice.
      </Notice>
    );
  }
  if (!errorOf(error, ONCE_KEY)) return <Notice tone="bad">{sentence(error)}</Notice>;
  return (
    <Notice
      tone="warn"
      title="It was made, as it was before you changed it"
      action={
        <Button size="sm" onClick={onAnother}>
          Make another one
        </Button>
      }
    >
      Look into{" "}
      <Link href="/campaigns" className="underline">
        the list of campaigns
      </Link>{" "}
      before you write to them a second time.
    </Notice>
  );
}

function linesOf(draft: Draft): { step: Step; value: string }[] {
  return [
    { step: "audience", value: audienceLine(draft) },
    { step: "message", value: messageLine(draft) },
    { step: "schedule", value: scheduleLine(draft) },
  ];
}

function audienceLine({ kind, category, country, chosen }: Draft): string {
  if (kind === "all") return "Every business with a number and a published site";
  if (kind === "chosen") {
    return `${formatCount(chosen.length)} chosen ${plural(chosen.length, "business", "businesses")}`;
  }
  return [category || "Any category", country ? countryName(country) : "any country"].join(", ");
}

function messageLine({ variant, texts }: Draft): string {
  const label = VARIANTS.find(({ value }) => value === variant)?.label;
  if (variant !== "custom") return `${label}, in the language of each business`;
  return texts.map(({ locale, text }) => (texts.length > 1 ? `${languageName(locale)}: ${text}` : text)).join(" / ");
}

function scheduleLine({ when, at, zone, isQuiet, quietFrom, quietUntil, rate }: Draft): string {
  const instant = when === "later" ? instantOf(at, zone) : null;
  const begin = instant ? `${formatMoment(instant)} by your clock` : "At once";
  const quiet = isQuiet ? `not between ${quietFrom} and ${quietUntil}` : "at any hour";
  return `${begin}, ${quiet}, at most ${rate} a second`;
}
