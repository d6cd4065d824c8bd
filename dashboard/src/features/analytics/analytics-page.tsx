"use client";

import { PageHead } from "@/ui/page";

export function AnalyticsPage() {
  return <PageHead title="Analytics" />;
}
