"use client";

/** What a site says and how it looks, with its page beside it that follows what is typed. */
import { type FormEvent, useEffect, useRef, useState } from "react";
import { ApiError, sentence } from "@/api/errors";
import { useMay } from "@/api/session";
import type { UrlState } from "@/shell/url-state";
import { Button } from "@/ui/button";
import { findDraft, forgetDraft, useKept } from "@/ui/kept";
import { Notice } from "@/ui/panel";
import { Segmented } from "@/ui/segmented";
import { useToast } from "@/ui/toast";
import { useIsLarge } from "@/ui/use-is-large";
import { useEditSite } from "../changes";
import { DesignChoice } from "../design/design-choice";
import type { Site, SiteContent } from "../site";
import { AddressPanel } from "./address-panel";
import { byPath, changesOf, type Draft } from "./content-draft";
import { Preview } from "./preview";
import { usePreview } from "./use-preview";
import { WordsForm } from "./words-form";

const PARTS = [
  { value: "preview", label: "Preview" },
  { value: "words", label: "Words" },
  { value: "design", label: "Design" },
  { value: "address", label: "Address" },
] as const;

type Props = { site: Site; url: UrlState; content: SiteContent };

export function Editor({ site, url, content }: Props) {
  const { part, parts, isLarge } = useParts(url);
  const mayWrite = useMay("sites:write");
  const { draft, changes, setDraft, undo, save, isBusy, failure } = useDraft(site, content);
  const preview = usePreview(site, mayWrite ? changes : null);
  const errors = { ...preview.errors, ...(failure instanceof ApiError ? byPath(failure.fields) : {}) };
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (failure) form.current?.querySelector<HTMLElement>("[aria-invalid='true']")?.focus();
  }, [failure]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save();
  };
  return (
    <div className="grid items-start gap-x-8 gap-y-5 lg:grid-cols-[minmax(0,23rem)_minmax(0,1fr)]">
      <div className="grid min-w-0 justify-items-stretch gap-5">
        <div>
          <Segmented
            label="What to look at"
            value={part}
            options={parts}
            onChange={(chosen) => url.set({ part: chosen === parts[0]?.value ? null : chosen })}
          />
        </div>
        {site.note && <Notice tone="warn">{site.note}</Notice>}
        {part === "preview" ? null : part === "address" ? (
          <AddressPanel site={site} />
        ) : (
          <form ref={form} onSubmit={submit} noValidate className="grid gap-5">
            {part === "words" ? (
              <WordsForm
                content={draft.content}
                errors={errors}
                isReadOnly={!mayWrite}
                change={(patch) => setDraft({ ...draft, content: { ...draft.content, ...patch } })}
              />
            ) : (
              <DesignChoice
                value={draft.design}
                disabled={!mayWrite}
                onChange={(design) => setDraft({ ...draft, design })}
              />
            )}
            {failure !== null && <Notice tone="bad">{sentence(failure)}</Notice>}
            {changes && mayWrite && <SaveBar isBusy={isBusy} onUndo={undo} />}
          </form>
        )}
      </div>
      {(isLarge || part === "preview") && (
        <Preview html={preview.html} isOld={preview.isOld} told={preview.told} name={site.business_name} />
      )}
    </div>
  );
}

/** On large screens the preview stands beside the other parts, on small ones it is one of them, and the first. */
function useParts(url: UrlState) {
  const isLarge = useIsLarge();
  const parts = isLarge ? PARTS.slice(1) : PARTS;
  const asked = url.params.get("part");
  const part = parts.find(({ value }) => value === asked)?.value ?? (isLarge ? "words" : "preview");
  return { part, parts, isLarge };
}

function SaveBar({ isBusy, onUndo }: { isBusy: boolean; onUndo: () => void }) {
  return (
    <div className="sticky bottom-20 z-10 flex items-center justify-end gap-2.5 rounded-lg border border-line bg-panel px-3 py-2.5 shadow-float lg:bottom-4">
      <p className="mr-auto text-sm text-quiet">Not saved yet</p>
      <Button onClick={onUndo}>Discard</Button>
      <Button look="primary" type="submit" isBusy={isBusy}>
        Save
      </Button>
    </div>
  );
}

/** Return what is typed, how it differs from what is stored, and what stores it. */
function useDraft(site: Site, content: SiteContent) {
  const key = `site ${site.id} ${site.generations}`;
  const from: Draft = { content, design: site.design };
  const [draft, setDraft] = useState<Draft>(() => findDraft<Draft>(key) ?? from);
  const { mutateAsync, isPending } = useEditSite();
  const [failure, setFailure] = useState<unknown>(null);
  const toast = useToast();
  const changes = changesOf(draft, from);
  useKept(key, changes && draft);
  const save = async () => {
    if (!changes) return;
    setFailure(null);
    try {
      const saved = await mutateAsync({ id: site.id, changes });
      forgetDraft(key);
      setDraft({ content: saved.content ?? draft.content, design: saved.design });
      toast.done("The site is saved");
    } catch (error) {
      setFailure(error);
    }
  };
  const undo = () => {
    setFailure(null);
    setDraft(from);
  };
  return { draft, changes, setDraft, undo, save, isBusy: isPending, failure };
}
