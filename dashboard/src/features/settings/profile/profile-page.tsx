"use client";

import { PageHead } from "@/ui/page";

export function ProfilePage() {
  return <PageHead title="Profile" />;
}
