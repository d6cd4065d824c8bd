import type { Metadata } from "next";
import { Suspense } from "react";
import { ImportPage } from "@/features/businesses/import/import-page";

export const metadata: Metadata = { title: "Import businesses" };

export default function Page() {
  return (
    <Suspense>
      <ImportPage />
    </Suspense>
  );
}
