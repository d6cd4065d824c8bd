"use client";

import { PageHead } from "@/ui/page";

export function KeysPage() {
  return <PageHead title="API keys" />;
}
