"use client";

import { PageHead } from "@/ui/page";

export function SharedPage() {
  return <PageHead title="Shared analytics" />;
}
