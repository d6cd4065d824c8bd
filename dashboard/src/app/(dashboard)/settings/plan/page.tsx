import type { Metadata } from "next";
import { Suspense } from "react";
import { PlanPage } from "@/features/settings/plan/plan-page";

export const metadata: Metadata = { title: "Plan and usage" };

export default function Page() {
  return (
    <Suspense>
      <PlanPage />
    </Suspense>
  );
}
