import type { Metadata } from "next";
import { Suspense } from "react";
import { ComposePage } from "@/features/campaigns/compose/compose-page";

export const metadata: Metadata = { title: "New campaign" };

export default function Page() {
  return (
    <Suspense>
      <ComposePage />
    </Suspense>
  );
}
