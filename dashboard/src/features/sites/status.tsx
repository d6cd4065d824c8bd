/** What is said about how far a site is. */
import type { Schemas } from "@/api/client";
import { Badge } from "@/ui/panel";

export type Status = Schemas["Site"]["status"];
export type Step = Schemas["Site"]["step"];

export const STATUS_WORDS: Record<Status, string> = {
  queued: "Waiting",
  generating: "Being made",
  completed: "Ready",
  failed: "Failed",
};
const TONES = { queued: "neutral", generating: "accent", completed: "good", failed: "bad" } as const;

/** The steps of a generation, in their order. */
export const STEPS: readonly { step: Step; label: string }[] = [
  { step: "waiting", label: "Waiting for its turn" },
  { step: "gather", label: "Gathering what is known" },
  { step: "write", label: "Writing the words" },
  { step: "lay_out", label: "Laying out the page" },
  { step: "check", label: "Checking that it is safe" },
  { step: "store", label: "Storing it and making its link" },
];

export const stepLabel = (step: Step): string => STEPS.find((one) => one.step === step)?.label ?? "Done";

/** Whether something still happens to it by itself. */
export const isUnderWay = (status: Status): boolean => status === "queued" || status === "generating";

export function StatusBadge({ status, isPublished = true }: { status: Status; isPublished?: boolean }) {
  if (status === "completed" && !isPublished) return <Badge tone="warn">Not published</Badge>;
  return <Badge tone={TONES[status]}>{STATUS_WORDS[status]}</Badge>;
}
