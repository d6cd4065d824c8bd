"use client";

import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { formatCount, formatMoment } from "@/ui/numbers";
import { formatMoney } from "../money";
import { instantOf } from "../timing";
import type { Estimate } from "../types";
import { plural } from "../words";
import type { Draft } from "./draft";
import { lasting } from "./lasting";

type Props = { draft: Draft; estimate: Estimate; isBusy: boolean; onClose: () => void; onSend: () => void };

/** The last question before phones ring: how many, how dear, from when. */
export function SendDialog({ draft, estimate, isBusy, onClose, onSend }: Props) {
  const { ready, segments_estimate, cost_micros_estimate, currency } = estimate;
  const instant = draft.when === "later" ? instantOf(draft.at, draft.zone) : null;
  const whom = `${formatCount(ready)} ${plural(ready, "business", "businesses")}`;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={instant ? `Schedule it for ${whom}?` : `Write to ${whom} now?`}
      footer={
        <>
          <Button onClick={onClose} data-autofocus>
            Not yet
          </Button>
          <Button look="primary" isBusy={isBusy} onClick={onSend}>
            {instant ? `Schedule for ${formatCount(ready)}` : `Send to ${formatCount(ready)}`}
          </Button>
        </>
      }
    >
      <div className="grid gap-2 text-quiet">
        <p>
          About {formatCount(segments_estimate)} SMS {plural(segments_estimate, "segment")}, which cost about{" "}
          {formatMoney(cost_micros_estimate, currency)}.
        </p>
        <p>
          {instant ? `It begins on ${formatMoment(instant)} by your clock. ` : "It begins at once. "}
          At {formatCount(Number(draft.rate))} a second it takes {lasting(ready / Number(draft.rate))}
          {draft.isQuiet && `, and rests between ${draft.quietFrom} and ${draft.quietUntil}`}.
        </p>
        <p>You can pause or cancel it at any time. What was sent cannot be taken back.</p>
      </div>
    </Dialog>
  );
}
