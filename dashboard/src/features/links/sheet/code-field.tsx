"use client";

import { Check } from "lucide-react";
import { Field, SelectField } from "@/ui/field";
import { useDomains } from "../queries";
import { useProbe } from "./probe";

type Props = {
  code: string;
  domain: string;
  onCode: (code: string) => void;
  onDomain: (domain: string) => void;
  errors: { short_code?: string; domain?: string };
  /** The link that is edited: its domain stays, and its own code is not taken. */
  edited: { id: string; code: string } | null;
};

/** The address that people will type: its domain, and a code of one's own, with whether it is still free. */
export function CodeField({ code, domain, onCode, onDomain, errors, edited }: Props) {
  const domains = useDomains();
  const shown = domain || domains[0] || "";
  const typed = code.trim();
  const isAsked = typed !== "" && typed !== edited?.code;
  const verdict = useProbe(
    isAsked ? { short_code: typed, ...(edited ? { link_id: edited.id } : { domain: domain || null }) } : null,
  )?.short_code;
  const isMoved = edited && isAsked && typed !== edited.code;
  return (
    <>
      {!edited && domains.length > 1 && (
        <SelectField
          label="Domain"
          value={shown}
          error={errors.domain}
          onChange={(event) => onDomain(event.target.value)}
        >
          {domains.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </SelectField>
      )}
      <Field
        label={edited ? "Short code" : "Short code of your own"}
        error={errors.short_code ?? verdict?.problem?.detail}
        hint={
          isMoved
            ? "The old code is free again then: what is printed with it leads nowhere."
            : edited
              ? null
              : "Leave it empty, and one is made."
        }
        aside={
          <span role="status" className="text-xs font-medium text-good">
            {verdict?.ok && (
              <>
                <Check aria-hidden className="mr-1 inline size-3.5" />
                Free
              </>
            )}
          </span>
        }
      >
        {(ties) => (
          <div className="flex h-10 min-w-0 items-center rounded-md border border-line bg-panel font-mono text-sm focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent hover:border-edge has-aria-invalid:border-bad">
            <span className="max-w-[50%] shrink-0 truncate pl-3 text-quiet">{shown}/</span>
            <input
              {...ties}
              name="short_code"
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              value={code}
              placeholder={edited ? "" : "made for you"}
              onChange={(event) => onCode(event.target.value)}
              className="h-full min-w-0 grow bg-transparent pr-3 outline-none placeholder:font-sans"
            />
          </div>
        )}
      </Field>
    </>
  );
}
