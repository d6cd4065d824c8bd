import type { Metadata } from "next";
import { Suspense } from "react";
import { SecurityPage } from "@/features/settings/security/security-page";

export const metadata: Metadata = { title: "Security" };

export default function Page() {
  return (
    <Suspense>
      <SecurityPage />
    </Suspense>
  );
}
