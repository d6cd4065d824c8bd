import { useState } from "react";
import type { Draft } from "./draft";

/** Return the language whose text is open; when it is taken out, the first one. */
export function useOpenLocale(texts: Draft["texts"]): [string, (locale: string) => void] {
  const [open, setOpen] = useState<string | null>(null);
  const found = texts.find(({ locale }) => locale === open) ?? texts[0];
  return [found?.locale ?? "en", setOpen];
}
