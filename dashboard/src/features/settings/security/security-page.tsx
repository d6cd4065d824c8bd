"use client";

import { PageHead } from "@/ui/page";

export function SecurityPage() {
  return <PageHead title="Security" />;
}
