"use client";

/** What was typed into a sheet that went away by itself (Back, a shortcut): there again when it is opened next. */
import { useEffect } from "react";

const drafts = new Map<string, unknown>();

/** Return what was kept under `key`; whoever reads it is who wrote it. */
export const findDraft = <T>(key: string): T | undefined => drafts.get(key) as T | undefined;
export const forgetDraft = (key: string): void => void drafts.delete(key);

/** Keeps a draft for the time when its sheet is gone without having been asked; null: there is nothing to keep. */
export function useKept(key: string, draft: unknown): void {
  const isDirty = draft !== null;
  useEffect(() => {
    if (draft !== null) drafts.set(key, draft);
    else forgetDraft(key);
  }, [key, draft]);
  useEffect(() => {
    if (!isDirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isDirty]);
}
