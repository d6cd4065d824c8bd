"use client";

import { ImportPanel } from "@/features/import/import-panel";
import { linkImport } from "./links";

export const ImportLinks = () => <ImportPanel job={linkImport} />;
