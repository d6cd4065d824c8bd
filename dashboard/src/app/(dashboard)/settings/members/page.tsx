import type { Metadata } from "next";
import { Suspense } from "react";
import { MembersPage } from "@/features/settings/members/members-page";

export const metadata: Metadata = { title: "Workspace" };

export default function Page() {
  return (
    <Suspense>
      <MembersPage />
    </Suspense>
  );
}
