"use client";

import { PageHead } from "@/ui/page";

export function MembersPage() {
  return <PageHead title="Workspace" />;
}
