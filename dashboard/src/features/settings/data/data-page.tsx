"use client";

import { PageHead } from "@/ui/page";

export function DataPage() {
  return <PageHead title="Import and export" />;
}
