"use client";

import { PageHead } from "@/ui/page";

export function PlanPage() {
  return <PageHead title="Plan and usage" />;
}
