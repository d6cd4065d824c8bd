"use client";

import { TextField } from "@/ui/field";
import { Notice } from "@/ui/panel";
import { completeUrl } from "../create/url";
import { useProbe } from "./probe";

/** The destination, judged by the API while it is typed. */
export function DestinationField({
  value,
  onChange,
  error,
  linkId,
  isAutoFocused = false,
  isReadOnly = false,
}: {
  value: string;
  onChange: (url: string) => void;
  error?: string;
  linkId: string | null;
  isAutoFocused?: boolean;
  isReadOnly?: boolean;
}) {
  const url = completeUrl(value);
  const verdict = useProbe(url && !isReadOnly ? { target_url: url, link_id: linkId } : null)?.target_url;
  const isChanged = verdict?.canonical && verdict.canonical !== value.trim();
  return (
    <div className="grid gap-2">
      <TextField
        label="Destination"
        name="target_url"
        type="url"
        inputMode="url"
        required
        placeholder="https://example.com/a-long-address"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        error={error ?? verdict?.problem?.detail}
        hint={isChanged ? <span className="break-all">It will be stored as {verdict.canonical}</span> : null}
        data-autofocus={isAutoFocused || undefined}
      />
      {verdict?.warnings.map((warning) => (
        <Notice key={warning} tone="warn">
          {warning}
        </Notice>
      ))}
    </div>
  );
}
