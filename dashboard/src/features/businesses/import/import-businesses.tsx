"use client";

import { ImportPanel } from "@/features/import/import-panel";
import { businessImport } from "./kind";

export const ImportBusinesses = () => <ImportPanel job={businessImport} />;
