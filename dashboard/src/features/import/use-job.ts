"use client";

import { createContext, useContext, useSyncExternalStore } from "react";
import type { ImportJob, Job } from "./job";

export const ImportContext = createContext<ImportJob | null>(null);

/** Return the import that the page is about. */
export function useImport(): ImportJob {
  const found = useContext(ImportContext);
  if (!found) throw new Error("useImport is called outside of an ImportPanel");
  return found;
}

/** Return the import as it is now. */
export function useJob(): Job {
  const { subscribe, read } = useImport();
  return useSyncExternalStore(subscribe, read, read);
}
