"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useState } from "react";
import { api, type Schemas, take } from "@/api/client";
import { SESSION_KEY, useSession } from "@/api/session";
import { Button } from "@/ui/button";
import { formatDate } from "@/ui/numbers";
import { Badge, Notice, Panel } from "@/ui/panel";
import { useToast } from "@/ui/toast";
import { Loaded } from "../loaded";
import { ProofDialog } from "../proof-dialog";
import { FACTOR_KEY, SESSIONS_KEY } from "../query-keys";
import { RecoveryCodes } from "./recovery-codes";

const Enrolment = dynamic(() => import("./enrolment").then((module) => module.Enrolment), { ssr: false });

type Step = "begin" | "off" | "renew" | null;

const FEW_CODES = 3;

/** A code of an app beside the password: switched on in two steps, each of which can be left. */
export function SecondFactorPanel() {
  const status = useQuery({
    queryKey: FACTOR_KEY,
    queryFn: ({ signal }) => take(api.GET("/v1/auth/second-factor", { signal })),
  });
  const client = useQueryClient();
  const toast = useToast();
  const [asked, setAsked] = useState<Step>(null);
  const [secret, setSecret] = useState<Schemas["FactorSecret"] | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);

  const refresh = async () => {
    for (const queryKey of [FACTOR_KEY, SESSION_KEY, SESSIONS_KEY]) await client.invalidateQueries({ queryKey });
  };
  const prove = async (password: string) => {
    const body = { password };
    if (asked === "begin") {
      setSecret(await take(api.POST("/v1/auth/second-factor", { body })));
    } else if (asked === "renew") {
      setCodes((await take(api.POST("/v1/auth/second-factor/recovery-codes", { body }))).codes);
    } else {
      await take(api.POST("/v1/auth/second-factor/off", { body }));
      toast.done("The second factor is off. You are signed out everywhere else.");
    }
    // Whoever closed this question may be at the next one.
    setAsked((now) => (now === asked ? null : now));
    await refresh();
  };
  return (
    <Panel
      title="Second factor"
      lead="With it, your password alone opens nothing: signing in takes a code of an authenticator app, too."
    >
      <Loaded query={status} label="Loading your second factor" rows={1}>
        {(factor) => <Status factor={factor} onAsk={setAsked} />}
      </Loaded>
      <Prove step={asked} onClose={() => setAsked(null)} prove={prove} />
      {secret && (
        <Enrolment
          secret={secret}
          onClose={() => setSecret(null)}
          onDone={async (made) => {
            setSecret(null);
            setCodes(made);
            await refresh();
          }}
        />
      )}
      {codes && <RecoveryCodes codes={codes} onClose={() => setCodes(null)} />}
    </Panel>
  );
}

function Status({ factor, onAsk }: { factor: Schemas["FactorStatus"]; onAsk: (step: Step) => void }) {
  const { must_switch_second_factor_on: isRequired } = useSession();
  if (!factor.is_on) {
    return (
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="flex items-center gap-2">
          <Badge tone={isRequired ? "warn" : "neutral"}>Off</Badge>
          {isRequired ? "It is required here." : "You sign in with your password alone."}
        </p>
        <Button look="primary" onClick={() => onAsk("begin")}>
          Switch on
        </Button>
      </div>
    );
  }
  const left = factor.recovery_codes_left;
  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="flex flex-wrap items-center gap-2">
          <Badge tone="good">On</Badge>
          {factor.since && <span>since {formatDate(factor.since)},</span>}
          <span>
            <span className="figures">{left}</span> recovery {left === 1 ? "code" : "codes"} left
          </span>
        </p>
        <div className="flex flex-wrap gap-2">
          <Button onClick={() => onAsk("renew")}>New recovery codes</Button>
          <Button look="danger" onClick={() => onAsk("off")}>
            Switch off
          </Button>
        </div>
      </div>
      {left <= FEW_CODES && (
        <Notice tone="warn">Few recovery codes are left. Make new ones before you lose your phone.</Notice>
      )}
    </div>
  );
}

function Prove({
  step,
  onClose,
  prove,
}: {
  step: Step;
  onClose: () => void;
  prove: (password: string) => Promise<void>;
}) {
  if (step === "off") {
    return (
      <ProofDialog
        isOpen
        onClose={onClose}
        title="Switch the second factor off"
        label="Switch off"
        isDangerous
        prove={prove}
      >
        <p>Your password alone will open the account. The app's entry and all recovery codes become useless.</p>
      </ProofDialog>
    );
  }
  if (step === "renew") {
    return (
      <ProofDialog isOpen onClose={onClose} title="New recovery codes" label="Make new codes" prove={prove}>
        <p>You get ten new codes. Those you have become useless.</p>
      </ProofDialog>
    );
  }
  return (
    <ProofDialog
      isOpen={step === "begin"}
      onClose={onClose}
      title="Switch the second factor on"
      label="Go on"
      prove={prove}
    >
      <p>First, that it is you. Next you add Vayro to an authenticator app.</p>
    </ProofDialog>
  );
}
