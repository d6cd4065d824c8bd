"use client";

/** A campaign is put together in four steps. The step is in the address; what was entered survives a reload. */
import { useEffect, useRef } from "react";
import { useMay } from "@/api/session";
import { useUrlState } from "@/shell/url-state";
import { Button } from "@/ui/button";
import { NoAccess } from "@/ui/no-access";
import { PageHead } from "@/ui/page";
import { Notice } from "@/ui/panel";
import { BackToAll } from "../back-to-all";
import { AudienceStep } from "./audience-step";
import { type Draft, faultsOf, STEP_NAMES, STEPS, type Step } from "./draft";
import { MessageStep } from "./message-step";
import { ReviewStep } from "./review-step";
import { ScheduleStep } from "./schedule-step";
import { Stepper } from "./stepper";
import { useDraft } from "./use-draft";

export function ComposePage() {
  return useMay("campaigns:write") ? <Compose /> : <NoAccess title="New campaign" what="make campaigns" />;
}

function Compose() {
  const { params, set } = useUrlState();
  const { draft, change, forget } = useDraft(usePreset(params));
  const asked = params.get("step");
  const step = STEPS.find((one) => one === asked) ?? "audience";
  const faults = faultsOf(draft);
  const index = STEPS.indexOf(step);
  const previous = STEPS[index - 1];
  const next = STEPS[index + 1];
  const go = (to: Step) => {
    set({ step: to === "audience" ? null : to, business: null }, { push: true });
    window.scrollTo({ top: 0 });
  };
  return (
    <>
      <BackToAll />
      <PageHead title="New campaign" />
      <Stepper step={step} faults={faults} onGo={go} />
      <StepFrame step={step}>
        {step === "audience" && <AudienceStep draft={draft} change={change} />}
        {step === "message" && <MessageStep draft={draft} change={change} />}
        {step === "schedule" && <ScheduleStep draft={draft} change={change} />}
        {step === "review" && <ReviewStep draft={draft} change={change} faults={faults} onGo={go} onMade={forget} />}
      </StepFrame>
      {next && (
        <div className="mt-6 grid gap-3 border-t border-line pt-4">
          {faults[step] && <Notice tone="warn">{faults[step]}</Notice>}
          <div className="flex flex-wrap justify-between gap-2.5">
            {previous ? (
              <Button onClick={() => go(previous)}>Back to {STEP_NAMES[previous].toLowerCase()}</Button>
            ) : (
              <span />
            )}
            <Button look="primary" disabled={Boolean(faults[step])} onClick={() => go(next)}>
              Go on to {STEP_NAMES[next].toLowerCase()}
            </Button>
          </div>
        </div>
      )}
    </>
  );
}

/** The heading gets the focus when the step changes: a screen reader then says where one is. */
function StepFrame({ step, children }: { step: Step; children: React.ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const first = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the step that moves the focus
  useEffect(() => {
    if (!first.current) heading.current?.focus({ preventScroll: true });
    first.current = false;
  }, [step]);
  return (
    <section>
      <h2 ref={heading} tabIndex={-1} className="sr-only">
        {STEP_NAMES[step]}
      </h2>
      {children}
    </section>
  );
}

/** `?business=ID` from elsewhere begins with these businesses; their names are looked up where they are shown. */
function usePreset(params: URLSearchParams): Partial<Draft> | null {
  const ids = params.getAll("business");
  return ids.length ? { kind: "chosen", chosen: ids.map((id) => ({ id, name: "" })) } : null;
}
