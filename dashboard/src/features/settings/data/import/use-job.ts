"use client";

import { useSyncExternalStore } from "react";
import { type Job, readJob, subscribe } from "./job";

/** Return the import as it is now. */
export const useJob = (): Job => useSyncExternalStore(subscribe, readJob, readJob);
