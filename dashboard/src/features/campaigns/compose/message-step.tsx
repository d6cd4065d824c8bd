"use client";

import { useQuery } from "@tanstack/react-query";
/** What is written: one of three texts or one's own, shown as a phone shows it. Looking at it writes nothing. */
import { businessQuery } from "@/api/lists";
import { ButtonLink } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { SelectField } from "@/ui/field";
import { Notice, Panel } from "@/ui/panel";
import { Failed } from "@/ui/states";
import type { Business } from "../types";
import { businessesQuery } from "../wire";
import { VARIANTS } from "../words";
import type { Draft } from "./draft";
import { Meter } from "./meter";
import { OwnText } from "./own-text";
import { Phone } from "./phone";
import type { Change } from "./use-draft";
import { useOpenLocale } from "./use-open-locale";
import { usePreview } from "./use-preview";
import { VariantTabs } from "./variant-tabs";
import { Warnings } from "./warnings";

const SHOWN = 50;

export function MessageStep({ draft, change }: { draft: Draft; change: Change }) {
  const { businesses, business, isPending, error, retry } = useShown(draft);
  const [locale, setLocale] = useOpenLocale(draft.texts);
  const text = draft.texts.find((one) => one.locale === locale)?.text ?? "";
  const preview = usePreview({ business, variant: draft.variant, text, locale });
  const about = VARIANTS.find(({ value }) => value === draft.variant)?.about;
  const nobody = !isPending && !error && !businesses.length;
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_24rem]">
      <Panel>
        <div className="grid gap-5">
          <div className="grid gap-3">
            <p className="text-lg font-semibold">What it says</p>
            <VariantTabs value={draft.variant} onChange={(variant) => change({ variant })} />
            <p className="text-sm text-quiet">{about}</p>
          </div>
          {draft.variant === "custom" ? (
            <OwnText draft={draft} change={change} locale={locale} onLocale={setLocale} error={preview.error} />
          ) : (
            <p className="text-sm text-quiet">
              It comes in English, German, Spanish, French, Italian, Dutch and Portuguese; each business gets it in its
              own language, or in English.
            </p>
          )}
          <SameLink url={preview.url} />
        </div>
      </Panel>
      <div
        id="message-preview"
        role="tabpanel"
        aria-labelledby={`variant-${draft.variant}`}
        className="grid gap-4 lg:sticky lg:top-6"
      >
        {error ? (
          <Failed error={error} onRetry={retry} />
        ) : nobody ? (
          <Nobody />
        ) : (
          <>
            <SelectField
              label="Shown for"
              value={business?.id ?? ""}
              onChange={(event) => change({ shownId: event.currentTarget.value })}
            >
              {businesses.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </SelectField>
            {preview.error && !preview.shown && draft.variant !== "custom" ? (
              <Failed error={preview.error} onRetry={() => void preview.retry()} />
            ) : (
              <Phone to={business} body={preview.shown?.body ?? null} url={preview.url} isGuess={preview.isGuess} />
            )}
            <Meter shown={preview.shown} />
            {preview.shown && <Warnings shown={preview.shown} draft={draft} locale={locale} change={change} />}
          </>
        )}
      </div>
    </div>
  );
}

/** Return with whom the message can be shown: some of the audience. */
function useShown(draft: Draft) {
  const isChosen = draft.kind === "chosen" && draft.chosen.length > 0;
  const first = isChosen ? (draft.chosen.find(({ id }) => id === draft.shownId) ?? draft.chosen[0]) : null;
  const list = useQuery({
    ...businessesQuery({
      limit: SHOWN,
      ...(draft.kind === "some" && draft.category && { category: draft.category }),
      ...(draft.kind === "some" && draft.country && { country: draft.country }),
    }),
    enabled: !isChosen,
  });
  const one = useQuery({ ...businessQuery(first?.id ?? ""), enabled: first != null });
  if (isChosen) {
    const named = draft.chosen
      .slice(0, SHOWN)
      .map(({ id, name }) => ({ id, name: name || one.data?.name || "A business" }));
    const retry = () => void one.refetch();
    return { businesses: named, business: one.data ?? null, isPending: one.isPending, error: one.error, retry };
  }
  const businesses: Business[] = list.data ?? [];
  const business = businesses.find(({ id }) => id === draft.shownId) ?? businesses[0] ?? null;
  const retry = () => void list.refetch();
  return { businesses, business, isPending: list.isPending, error: list.data ? null : list.error, retry };
}

function SameLink({ url }: { url: string | null }) {
  return (
    <div className="grid gap-1 border-t border-line pt-4">
      <p className="text-sm font-medium">The link</p>
      {url ? (
        <div className="flex min-h-10 flex-wrap items-center gap-x-2">
          <code data-testid="link" className="min-w-0 font-mono text-sm wrap-anywhere text-accent-ink sm:text-base">
            {url}
          </code>
          <CopyButton text={url} what="the link" />
        </div>
      ) : (
        <p className="min-h-10 text-quiet">Each site has its own.</p>
      )}
      <p className="text-sm text-quiet">
        Made once, with the site: the same in each text and each campaign, so that its clicks add up in one place.
      </p>
    </div>
  );
}

function Nobody() {
  return (
    <Notice
      tone="warn"
      title="Nobody to show it for"
      action={
        <ButtonLink size="sm" href="/sites">
          Go to sites
        </ButtonLink>
      }
    >
      No business of this audience has a site yet.
    </Notice>
  );
}
