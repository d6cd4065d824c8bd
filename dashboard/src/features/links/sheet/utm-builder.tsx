"use client";

/** UTM parameters, typed here and seen in the destination at once; sets of them are kept as templates. */
import { TextField } from "@/ui/field";
import { readUtm, UTM_FIELDS, type UtmField, writeUtm } from "./utm";
import { UtmTemplates } from "./utm-templates";

const WORDS: Record<UtmField, { label: string; example: string }> = {
  source: { label: "Source", example: "newsletter" },
  medium: { label: "Medium", example: "email" },
  campaign: { label: "Campaign", example: "spring-sale" },
  term: { label: "Term", example: "running shoes" },
  content: { label: "Content", example: "top button" },
};

export function UtmBuilder({ url, onChange }: { url: string; onChange: (url: string) => void }) {
  const values = readUtm(url);
  if (!url.trim()) return <p className="text-quiet">Type the destination first: the parameters become part of it.</p>;
  return (
    <>
      <UtmTemplates values={values} onUse={(template) => onChange(writeUtm(url, template))} />
      <div className="grid gap-3 sm:grid-cols-2">
        {UTM_FIELDS.map((field) => (
          <TextField
            key={field}
            label={WORDS[field].label}
            placeholder={WORDS[field].example}
            maxLength={200}
            value={values[field]}
            onChange={(event) => onChange(writeUtm(url, { [field]: event.target.value }))}
          />
        ))}
      </div>
    </>
  );
}
