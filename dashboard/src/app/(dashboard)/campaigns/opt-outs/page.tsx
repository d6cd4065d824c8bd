import type { Metadata } from "next";
import { Suspense } from "react";
import { OptOutsPage } from "@/features/campaigns/opt-outs/opt-outs-page";

export const metadata: Metadata = { title: "Opt-outs" };

export default function Page() {
  return (
    <Suspense>
      <OptOutsPage />
    </Suspense>
  );
}
