/** What was typed into a sheet that went away by itself (Back, a shortcut): there again when it is opened next. */
import type { Draft } from "./draft";

const drafts = new Map<string, Draft>();

export const keepDraft = (key: string, draft: Draft): void => void drafts.set(key, draft);
export const findDraft = (key: string): Draft | undefined => drafts.get(key);
export const forgetDraft = (key: string): void => void drafts.delete(key);
