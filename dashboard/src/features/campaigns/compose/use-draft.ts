"use client";

/** The draft of this tab: it survives a reload, and is gone when the campaign is made or the tab is closed. */
import { useCallback, useState } from "react";
import { useSession } from "@/api/session";
import { browserZone, isZone } from "@/features/analytics/wall-clock";
import { type Chosen, type Draft, newDraft } from "./draft";

const keyOf = (workspaceId: string): string => `vayro.campaign-draft.${workspaceId}`;

/** Put businesses into the draft of this tab, however many they are: the composer then begins with them. */
export function beginWith(workspaceId: string, chosen: readonly Chosen[]): void {
  const key = keyOf(workspaceId);
  write(key, { ...newDraft(browserZone()), ...read(key), kind: "chosen", chosen: [...chosen] });
}

export type Change = (patch: Partial<Draft>) => void;

export function useDraft(preset: Partial<Draft> | null): { draft: Draft; change: Change; forget: () => void } {
  const { workspace_id } = useSession();
  const key = keyOf(workspace_id);
  const [draft, setDraft] = useState<Draft>(() => {
    const begun = { ...newDraft(browserZone()), ...read(key), ...preset };
    const good = isZone(begun.zone) ? begun : { ...begun, zone: browserZone() };
    if (preset) write(key, good);
    return good;
  });
  const change = useCallback<Change>(
    (patch) =>
      setDraft((known) => {
        const next = { ...known, ...patch };
        write(key, next);
        return next;
      }),
    [key],
  );
  const forget = useCallback(() => write(key, null), [key]);
  return { draft, change, forget };
}

function read(key: string): Partial<Draft> | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? "null");
    return typeof kept === "object" ? kept : null;
  } catch {
    return null;
  }
}

function write(key: string, draft: Draft | null): void {
  try {
    if (draft) sessionStorage.setItem(key, JSON.stringify(draft));
    else sessionStorage.removeItem(key);
  } catch {
    // A browser that keeps nothing has the draft until the page is left.
  }
}
