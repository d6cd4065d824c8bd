"use client";

import { PageHead } from "@/ui/page";

export function AuditPage() {
  return <PageHead title="Audit log" />;
}
