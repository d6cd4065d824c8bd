"use client";

import { PageHead } from "@/ui/page";

export function DomainsPage() {
  return <PageHead title="Domains" />;
}
