"use client";

/** How long a link leads on, how, and for whom. */
import { Button } from "@/ui/button";
import { Field, SelectField, TextField } from "@/ui/field";
import { formatAgo } from "@/ui/numbers";
import type { Draft } from "./draft";

export type FormPart = {
  draft: Draft;
  errors: Record<string, string>;
  change: (patch: Partial<Draft>) => void;
};

const REDIRECT_WORDS: Record<Draft["redirect_status"], { name: string; says: string }> = {
  "302": {
    name: "302 · temporary",
    says: "Right for nearly everything: every click is counted, and the destination can change.",
  },
  "301": { name: "301 · permanent", says: "Tells search engines that the destination is the true address." },
  "307": { name: "307 · temporary, strict", says: "Like 302, and what programs send to the link arrives unchanged." },
  "308": { name: "308 · permanent, strict", says: "Like 301, and what programs send to the link arrives unchanged." },
};

export function LimitFields({ draft, errors, change }: FormPart) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const ends = draft.expires_at ? new Date(draft.expires_at) : null;
  const soon = ends && !Number.isNaN(ends.getTime()) ? ` ${capital(formatAgo(ends))}.` : "";
  return (
    <>
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <TextField
          label="Leads on until"
          name="expires_at"
          type="datetime-local"
          value={draft.expires_at}
          onChange={(event) => change({ expires_at: event.target.value })}
          hint={`Time in ${zone}.${soon}`}
          error={errors.expires_at}
        />
        <TextField
          label="Clicks, at most"
          name="max_clicks"
          type="number"
          inputMode="numeric"
          min={1}
          value={draft.max_clicks}
          onChange={(event) => change({ max_clicks: event.target.value })}
          error={errors.max_clicks}
        />
      </div>
      <TextField
        label="Afterwards it leads to"
        name="expired_url"
        type="url"
        inputMode="url"
        placeholder="https://example.com/over"
        value={draft.expired_url}
        onChange={(event) => change({ expired_url: event.target.value })}
        hint="Without an address, visitors read that the link has ended."
        error={errors.expired_url}
      />
    </>
  );
}

export function RedirectField({ draft, errors, change }: FormPart) {
  return (
    <SelectField
      label="Redirect"
      name="redirect_status"
      value={draft.redirect_status}
      onChange={(event) => change({ redirect_status: event.target.value as Draft["redirect_status"] })}
      hint={REDIRECT_WORDS[draft.redirect_status].says}
      error={errors.redirect_status}
    >
      {Object.entries(REDIRECT_WORDS).map(([status, { name }]) => (
        <option key={status} value={status}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}

export function PasswordField({ draft, errors, change, hasOne }: FormPart & { hasOne: boolean }) {
  if (hasOne && draft.is_password_removed) {
    return (
      <Field label="Password" hint="It is taken away when you save.">
        {(ties) => (
          <Button {...ties} className="justify-self-start" onClick={() => change({ is_password_removed: false })}>
            Keep the password
          </Button>
        )}
      </Field>
    );
  }
  return (
    <TextField
      label={hasOne ? "New password" : "Password"}
      name="password"
      type="password"
      autoComplete="new-password"
      value={draft.password}
      onChange={(event) => change({ password: event.target.value })}
      hint={
        hasOne ? "Visitors are asked for a password. Leave this empty to keep it." : "Visitors are asked for it first."
      }
      error={errors.password}
      aside={
        hasOne && (
          <button
            type="button"
            className="text-xs font-medium text-bad underline underline-offset-2"
            onClick={() => change({ is_password_removed: true, password: "" })}
          >
            Remove the password
          </button>
        )
      }
    />
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
