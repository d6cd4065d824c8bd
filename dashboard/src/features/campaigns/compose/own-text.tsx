"use client";

/** One's own text, in as many languages as one likes; what is put in for each business is chosen by button. */
import { Plus, X } from "lucide-react";
import { useRef } from "react";
import { ApiError, sentence } from "@/api/errors";
import { Button, IconButton } from "@/ui/button";
import { SelectField, TextArea } from "@/ui/field";
import { Segmented } from "@/ui/segmented";
import { type Draft, MAX_TEXT } from "./draft";
import { LANGUAGES, languageName } from "./languages";
import { insertAt, PLACEHOLDERS } from "./placeholders";
import type { Change } from "./use-draft";

type Props = { draft: Draft; change: Change; locale: string; onLocale: (locale: string) => void; error: unknown };

export function OwnText({ draft, change, locale, onLocale, error }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const text = draft.texts.find((one) => one.locale === locale)?.text ?? "";
  const write = (next: string) =>
    change({ texts: draft.texts.map((one) => (one.locale === locale ? { locale, text: next } : one)) });
  const insert = (name: string) => {
    const box = area.current;
    if (!box) return;
    const put = insertAt(text, box.selectionStart, box.selectionEnd, `{${name}}`);
    write(put.text);
    requestAnimationFrame(() => {
      box.focus();
      box.setSelectionRange(put.caret, put.caret);
    });
  };
  return (
    <div className="grid gap-4">
      <Languages draft={draft} change={change} locale={locale} onLocale={onLocale} />
      <TextArea
        ref={area}
        label={draft.texts.length > 1 ? `Text in ${languageName(locale)}` : "Text"}
        rows={5}
        maxLength={MAX_TEXT}
        value={text}
        onChange={(event) => write(event.currentTarget.value)}
        error={text.trim() ? saidOf(error) : "The text is empty."}
        hint="The link goes to the end if you do not place it. Many countries ask that you say how to opt out."
        inputClassName="min-h-32"
      />
      <fieldset className="flex flex-wrap items-center gap-2">
        <legend className="mb-1.5 text-sm text-quiet">Put in for each business</legend>
        {PLACEHOLDERS.map(({ name, label }) => (
          <Button key={name} size="sm" icon={Plus} onClick={() => insert(name)}>
            {label}
          </Button>
        ))}
      </fieldset>
    </div>
  );
}

const saidOf = (error: unknown): string | null =>
  error ? (error instanceof ApiError ? (error.fields.text ?? error.message) : sentence(error)) : null;

function Languages({ draft, change, locale, onLocale }: Omit<Props, "error">) {
  const free = LANGUAGES.filter((one) => draft.texts.every((text) => text.locale !== one));
  const add = (added: string) => {
    const text = draft.texts.find((one) => one.locale === locale)?.text ?? "";
    change({ texts: [...draft.texts, { locale: added, text }] });
    onLocale(added);
  };
  const remove = () => change({ texts: draft.texts.filter((one) => one.locale !== locale) });
  return (
    <div className="flex flex-wrap items-end gap-3">
      {draft.texts.length > 1 && (
        <div className="flex min-w-0 items-center gap-1">
          <Segmented
            label="Language of the text"
            value={locale}
            options={draft.texts.map((one) => ({ value: one.locale, label: languageName(one.locale) }))}
            onChange={onLocale}
          />
          <IconButton size="sm" icon={X} label={`Take ${languageName(locale)} out`} onClick={remove} />
        </div>
      )}
      <SelectField
        label="Add a language"
        isLabelHidden
        value=""
        onChange={(event) => event.currentTarget.value && add(event.currentTarget.value)}
        className="w-44"
        inputClassName="text-sm! h-9! max-sm:h-10!"
      >
        <option value="">Add a language</option>
        {free.map((one) => (
          <option key={one} value={one}>
            {languageName(one)}
          </option>
        ))}
      </SelectField>
    </div>
  );
}
