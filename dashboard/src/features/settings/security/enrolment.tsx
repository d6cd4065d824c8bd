"use client";

import { type FormEvent, useState } from "react";
import { api, type Schemas, take } from "@/api/client";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { Notice } from "@/ui/panel";
import { errorOf, otherError } from "../field-errors";

const GROUP = /.{1,4}/g;

/** Shows the secret, as a code to scan and as text to type, until a code of the app proves that it arrived. */
export function Enrolment({
  secret,
  onClose,
  onDone,
}: {
  secret: Schemas["FactorSecret"];
  onClose: () => void;
  onDone: (recoveryCodes: readonly string[]) => Promise<void>;
}) {
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get("code"));
    setBusy(true);
    setError(null);
    try {
      await onDone((await take(api.POST("/v1/auth/second-factor/confirm", { body: { code } }))).codes);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  const said = otherError(error, ["code"]);
  return (
    <Dialog isOpen onClose={onClose} title="Add Vayro to your authenticator app">
      <form onSubmit={submit} className="grid gap-4">
        <p className="text-quiet">Scan this with the app. On the same phone, type the secret instead.</p>
        {/* biome-ignore lint/performance/noImgElement: it came with the secret, there is nothing to optimise */}
        <img
          src={`data:image/svg+xml,${encodeURIComponent(secret.qr_code)}`}
          alt="QR code for the authenticator app"
          className="mx-auto size-56 rounded-md border border-line"
        />
        <div className="flex items-center justify-between gap-2 rounded-md bg-sunken py-1 pr-1 pl-3">
          <code className="min-w-0 text-sm wrap-anywhere">{secret.secret.match(GROUP)?.join(" ")}</code>
          <CopyButton text={secret.secret} what="the secret" />
        </div>
        <TextField
          data-autofocus
          name="code"
          label="Code that the app shows"
          inputMode="numeric"
          autoComplete="one-time-code"
          inputClassName="figures text-lg"
          maxLength={10}
          error={errorOf(error, "code")}
          required
        />
        {said && <Notice tone="bad">{said}</Notice>}
        <div className="flex flex-wrap justify-end gap-2.5">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" isBusy={isBusy}>
            Switch on
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
