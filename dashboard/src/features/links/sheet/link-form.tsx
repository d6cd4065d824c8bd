"use client";

/** The form of a link: what everybody needs in sight, the rest behind headings that tell what is set. */
import { Switch, TextField } from "@/ui/field";
import type { Link } from "../link";
import { CodeField } from "./code-field";
import { DestinationField } from "./destination-field";
import { type FormPart, LimitFields, PasswordField, RedirectField } from "./limits-fields";
import { Section } from "./section";
import { TagsField } from "./tags-field";
import { UnfurlPreview } from "./unfurl-preview";
import { readUtm, UTM_FIELDS } from "./utm";
import { UtmBuilder } from "./utm-builder";

export function LinkForm({ link, isReadOnly, ...part }: FormPart & { link: Link | null; isReadOnly: boolean }) {
  const { draft, errors, change } = part;
  const hasEnd = Boolean(draft.expires_at || draft.max_clicks || draft.expired_url);
  const utm = readUtm(draft.target_url);
  const set = UTM_FIELDS.map((field) => utm[field]).filter(Boolean);
  const isOdd = draft.redirect_status !== "302";
  return (
    <fieldset disabled={isReadOnly} className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4">
      <legend className="sr-only">Link</legend>
      <DestinationField
        value={draft.target_url}
        onChange={(target_url) => change({ target_url })}
        error={errors.target_url}
        linkId={link?.id ?? null}
        isAutoFocused={!link}
        isReadOnly={isReadOnly}
      />
      <CodeField
        code={draft.short_code}
        domain={draft.domain}
        onCode={(short_code) => change({ short_code })}
        onDomain={(domain) => change({ domain })}
        errors={errors}
        edited={link && { id: link.id, code: link.short_code }}
      />
      <TextField
        label="Title"
        name="title"
        value={draft.title}
        onChange={(event) => change({ title: event.target.value })}
        hint="For you; visitors do not see it."
        error={errors.title}
      />
      <TagsField label="Tags" value={draft.tags} onChange={(tags) => change({ tags })} error={errors.tags} />
      <div className="pb-1">
        <Switch
          label={draft.is_active ? "The link leads on" : "The link is disabled"}
          isOn={draft.is_active}
          disabled={isReadOnly}
          onChange={(is_active) => change({ is_active })}
        />
      </div>
      <div>
        <Section title="UTM parameters" told={set.join(" · ")}>
          <UtmBuilder url={draft.target_url} onChange={(target_url) => change({ target_url })} />
        </Section>
        <Section
          title="End"
          told={hasEnd ? "set" : "never"}
          isOpen={Boolean(errors.expires_at || errors.max_clicks || errors.expired_url)}
        >
          <LimitFields {...part} />
        </Section>
        <Section
          title="Redirect and password"
          told={[isOdd && draft.redirect_status, (link?.has_password || draft.password) && "password"]
            .filter(Boolean)
            .join(" · ")}
          isOpen={Boolean(errors.redirect_status || errors.password)}
        >
          <RedirectField {...part} />
          <PasswordField {...part} hasOne={link?.has_password ?? false} />
        </Section>
        <UnfurlPreview url={draft.target_url} />
      </div>
    </fieldset>
  );
}
