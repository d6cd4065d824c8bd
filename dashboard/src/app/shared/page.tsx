import type { Metadata } from "next";
import { Suspense } from "react";
import { SharedPage } from "@/features/shared/shared-page";

export const metadata: Metadata = { title: "Shared analytics" };

export default function Page() {
  return (
    <Suspense>
      <SharedPage />
    </Suspense>
  );
}
