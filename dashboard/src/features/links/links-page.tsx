"use client";

import { PageHead } from "@/ui/page";

export function LinksPage() {
  return <PageHead title="Links" />;
}
