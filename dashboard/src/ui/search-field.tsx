"use client";

import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { TextField } from "./field";
import { useSettled } from "./use-settled";

const TYPING_MS = 180;

/** What is typed is shown at once, and asked for when the fingers rest. */
export function SearchField({
  label,
  placeholder,
  value,
  onChange,
  isFirst = false,
}: {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  /** Whether a dialog begins with it. */
  isFirst?: boolean;
}) {
  const [typed, setTyped] = useState(value);
  const sent = useRef(value);
  const settled = useSettled(typed, TYPING_MS);
  useEffect(() => {
    if (settled === sent.current) return;
    sent.current = settled;
    onChange(settled);
  }, [settled, onChange]);
  useEffect(() => {
    // The address changed under the field: Back, a chip, a link from elsewhere.
    if (value === sent.current) return;
    sent.current = value;
    setTyped(value);
  }, [value]);
  return (
    <div className="relative min-w-48 grow max-sm:basis-full">
      <Search aria-hidden className="pointer-events-none absolute top-3 left-3 size-4 text-quiet" />
      <TextField
        label={label}
        isLabelHidden
        type="search"
        placeholder={placeholder}
        value={typed}
        data-autofocus={isFirst || undefined}
        onChange={(event) => setTyped(event.target.value)}
        inputClassName="pl-9!"
      />
    </div>
  );
}
