"use client";

import { ImagePlus, X } from "lucide-react";
import { type ChangeEvent, useRef, useState } from "react";
import { Button } from "@/ui/button";
import { Field, SelectField, TextField } from "@/ui/field";
import { Segmented } from "@/ui/segmented";
import { readColor } from "./contrast";
import { readLogo } from "./drawing";
import { CORRECTIONS, type QrDesign } from "./options";

type Props = { design: QrDesign; onChange: (patch: Partial<QrDesign>) => void };

const STRENGTHS = { L: "7 %", M: "15 %", Q: "25 %", H: "30 %" } as const;
const SIZES = [256, 512, 1024, 2048] as const;
const MAX_MARGIN = 16;

export function QrFields({ design, onChange }: Props) {
  return (
    <div className="grid content-start gap-5">
      <div className="grid gap-4 sm:grid-cols-2">
        <ColorField label="Code" value={design.color} onChange={(color) => onChange({ color })} />
        <ColorField label="Ground" value={design.background} onChange={(background) => onChange({ background })} />
      </div>
      <Field
        label="Margin"
        hint={design.margin < 4 ? "Readers count on 4 modules; leave as much free around it in print." : null}
        aside={<span className="figures text-sm text-quiet">{design.margin} modules</span>}
      >
        {(ties) => (
          <input
            {...ties}
            type="range"
            min={0}
            max={MAX_MARGIN}
            value={design.margin}
            onChange={(event) => onChange({ margin: Number(event.target.value) })}
            className="h-10 w-full accent-accent"
          />
        )}
      </Field>
      <LogoField design={design} onChange={onChange} />
      <div className="grid gap-1.5">
        <p className="text-sm font-medium">Error correction</p>
        {design.logo ? (
          <p className="text-sm text-quiet">H, 30 %: the logo covers a part of the code.</p>
        ) : (
          <>
            <div>
              <Segmented
                label="Error correction"
                value={design.correction}
                options={CORRECTIONS.map((value) => ({ value, label: `${value} · ${STRENGTHS[value]}` }))}
                onChange={(correction) => onChange({ correction })}
              />
            </div>
            <p className="text-xs text-quiet">How much of the code may be dirty or torn. More makes it denser.</p>
          </>
        )}
      </div>
      <SelectField
        label="Size of the PNG"
        value={design.size}
        onChange={(event) => onChange({ size: Number(event.target.value) })}
      >
        {SIZES.map((size) => (
          <option key={size} value={size}>
            {size} × {size} pixels
          </option>
        ))}
      </SelectField>
    </div>
  );
}

/** A colour, picked or typed. What is no colour yet is not drawn. */
function ColorField({ label, value, onChange }: { label: string; value: string; onChange: (color: string) => void }) {
  const [typed, setTyped] = useState(value);
  const change = (text: string) => {
    setTyped(text);
    if (readColor(text)) onChange(text.startsWith("#") ? text : `#${text}`);
  };
  const channels = readColor(value) ?? [0, 0, 0];
  const full = `#${channels.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
  return (
    <div className="flex items-end gap-2">
      <input
        type="color"
        aria-label={`${label}: pick a colour`}
        value={full}
        onChange={(event) => change(event.target.value)}
        className="h-10 w-12 shrink-0 rounded-md border border-line bg-panel p-1"
      />
      <TextField
        label={label}
        value={typed}
        spellCheck={false}
        maxLength={7}
        onChange={(event) => change(event.target.value)}
        error={readColor(typed) ? null : "A colour looks like #1a2b3c."}
        className="grow"
        inputClassName="font-mono text-sm!"
      />
    </div>
  );
}

function LogoField({ design, onChange }: Props) {
  const [error, setError] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const choose = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (!file) return;
    try {
      onChange({ logo: await readLogo(file) });
      setError(null);
    } catch {
      setError("This file is not a picture that the browser can read.");
    }
  };
  return (
    <Field label="Logo" error={error} hint="It is drawn into the code here; the file does not leave this browser.">
      {(ties) => (
        <div className="flex flex-wrap items-center gap-2">
          <input
            {...ties}
            ref={input}
            type="file"
            accept="image/png,image/jpeg,image/webp,image/svg+xml"
            onChange={choose}
            tabIndex={-1}
            className="sr-only"
          />
          <Button icon={ImagePlus} onClick={() => input.current?.click()}>
            {design.logo ? "Another picture" : "Choose a picture"}
          </Button>
          {design.logo && (
            <Button look="ghost" icon={X} onClick={() => onChange({ logo: null })}>
              Remove
            </Button>
          )}
        </div>
      )}
    </Field>
  );
}
