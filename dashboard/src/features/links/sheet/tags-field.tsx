"use client";

/** Tags, typed or taken from those in use. Enter and comma add one, Backspace takes the last away. */
import { X } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { Field } from "@/ui/field";
import { useTags } from "../queries";

const SUGGESTED = 8;

type Props = {
  label: string;
  value: readonly string[];
  onChange: (tags: string[]) => void;
  error?: string | null;
};

export function TagsField({ label, value, onChange, error }: Props) {
  const [typed, setTyped] = useState("");
  const add = (...texts: string[]) => {
    onChange([...new Set([...value, ...texts.map((text) => text.trim()).filter(Boolean)])]);
    setTyped("");
  };
  const type = (text: string) => (text.includes(",") ? add(...text.split(",")) : setTyped(text));
  const listen = (event: KeyboardEvent) => {
    if (event.key === "Enter" && typed.trim()) {
      event.preventDefault();
      add(typed);
    } else if (event.key === "Backspace" && !typed && value.length) onChange(value.slice(0, -1));
  };
  return (
    <div className="grid gap-2">
      <Field label={label} error={error}>
        {(ties) => (
          <div className="flex min-h-10 flex-wrap items-center gap-1.5 rounded-md border border-line bg-panel px-2 py-1 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent hover:border-edge">
            {value.map((tag) => (
              <span key={tag} className="flex h-7 items-center gap-1 rounded-sm bg-sunken pl-2 text-sm">
                {tag}
                <button
                  type="button"
                  aria-label={`Remove ${tag}`}
                  className="grid size-7 place-items-center text-quiet hover:text-ink"
                  onClick={() => onChange(value.filter((other) => other !== tag))}
                >
                  <X aria-hidden className="size-3.5" />
                </button>
              </span>
            ))}
            <input
              {...ties}
              autoComplete="off"
              value={typed}
              placeholder={value.length ? "" : "Type a tag, then Enter"}
              onChange={(event) => type(event.target.value)}
              onKeyDown={listen}
              onBlur={() => typed.trim() && add(typed)}
              className="h-8 min-w-24 grow bg-transparent px-1 text-base outline-none"
            />
          </div>
        )}
      </Field>
      <Suggestions typed={typed} value={value} onChoose={(tag) => add(tag)} />
    </div>
  );
}

function Suggestions({
  typed,
  value,
  onChoose,
}: {
  typed: string;
  value: readonly string[];
  onChoose: (tag: string) => void;
}) {
  const { data: tags = [] } = useTags();
  const sought = typed.trim().toLowerCase();
  const found = tags
    .filter(({ tag }) => !value.includes(tag) && tag.toLowerCase().includes(sought))
    .slice(0, SUGGESTED);
  if (!found.length) return null;
  return (
    <ul aria-label="Tags in use" className="flex flex-wrap gap-1.5">
      {found.map(({ tag }) => (
        <li key={tag}>
          <button
            type="button"
            aria-label={`Add ${tag}`}
            // Before the field loses the focus, or else what is typed would be added as well.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onChoose(tag)}
            className="h-8 max-w-48 truncate rounded-sm border border-line px-2 text-sm text-quiet hover:border-edge hover:text-ink"
          >
            {tag}
          </button>
        </li>
      ))}
    </ul>
  );
}
