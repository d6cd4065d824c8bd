import type { Metadata } from "next";
import { Suspense } from "react";
import { DataPage } from "@/features/settings/data/data-page";

export const metadata: Metadata = { title: "Import and export" };

export default function Page() {
  return (
    <Suspense>
      <DataPage />
    </Suspense>
  );
}
