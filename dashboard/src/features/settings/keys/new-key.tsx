"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, type Schemas, take } from "@/api/client";
import { useSession } from "@/api/session";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Checkbox, SelectField, TextField } from "@/ui/field";
import { Notice } from "@/ui/panel";
import { errorOf, otherError } from "../field-errors";
import { KEYS_KEY } from "../query-keys";
import { EXPIRIES, type Expiry, expiryOf } from "./expiry";
import { MadeKey } from "./made-key";
import { EVERYTHING, SCOPE_WORDS } from "./scopes";

/** Asks what a key is for, makes it, and shows it this once. */
export function NewKey({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const make = useMutation({
    mutationFn: (body: Schemas["ApiKeyCreate"]) => take(api.POST("/v1/keys", { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: KEYS_KEY }),
  });
  if (make.data) return <MadeKey made={make.data} onClose={onClose} />;
  return (
    <Dialog isOpen onClose={onClose} title="New API key" shape="sheet">
      <Form error={make.error} isBusy={make.isPending} onClose={onClose} onMake={(body) => make.mutate(body)} />
    </Dialog>
  );
}

function Form({
  error,
  isBusy,
  onClose,
  onMake,
}: {
  error: unknown;
  isBusy: boolean;
  onClose: () => void;
  onMake: (body: Schemas["ApiKeyCreate"]) => void;
}) {
  const [expiry, setExpiry] = useState<Expiry>("90");
  const [hasNone, setHasNone] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    const scopes = typed.getAll("scope") as Schemas["ApiKeyCreate"]["scopes"];
    setHasNone(scopes.length === 0);
    if (scopes.length === 0) return;
    onMake({
      name: String(typed.get("name")),
      scopes: scopes.includes(EVERYTHING) ? [EVERYTHING] : scopes,
      expires_at: expiryOf(expiry, String(typed.get("day"))),
    });
  };
  const said = otherError(error, ["name", "scopes", "expires_at"]);
  return (
    <form onSubmit={submit} className="grid gap-5">
      <TextField
        data-autofocus
        name="name"
        label="Name"
        hint="What it is for, so that you know it again."
        maxLength={200}
        error={errorOf(error, "name")}
        required
      />
      <Scopes error={hasNone ? "Choose at least one thing that it may do." : errorOf(error, "scopes")} />
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <SelectField
          label="Expires"
          value={expiry}
          onChange={(event) => setExpiry(event.currentTarget.value as Expiry)}
          error={expiry === "date" ? null : errorOf(error, "expires_at")}
        >
          {EXPIRIES.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
        {expiry === "date" && (
          <TextField name="day" label="Last day" type="date" error={errorOf(error, "expires_at")} required />
        )}
      </div>
      {said && <Notice tone="bad">{said}</Notice>}
      <div className="flex flex-wrap justify-end gap-2.5">
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" type="submit" isBusy={isBusy}>
          Make the key
        </Button>
      </div>
    </form>
  );
}

function Scopes({ error }: { error: string | null }) {
  const { scopes } = useSession();
  const [isAll, setAll] = useState(false);
  return (
    <fieldset className="grid gap-3" aria-describedby={error ? "scopes-error" : undefined}>
      <legend className="mb-2 text-sm font-medium">What it may do</legend>
      {SCOPE_WORDS.filter(({ scope }) => scopes.includes(scope)).map(({ scope, label, hint }) => (
        <Checkbox
          key={scope}
          name="scope"
          value={scope}
          label={
            <>
              {label} <span className="font-mono text-sm text-quiet">{scope}</span>
            </>
          }
          hint={hint}
          defaultChecked={scope === "links:read" || scope === "links:write"}
          disabled={isAll}
        />
      ))}
      <Checkbox
        name="scope"
        value={EVERYTHING}
        label="Everything that I may do, now and later"
        checked={isAll}
        onChange={(event) => setAll(event.currentTarget.checked)}
      />
      {error && (
        <p id="scopes-error" role="alert" className="text-xs font-medium text-bad">
          {error}
        </p>
      )}
    </fieldset>
  );
}
