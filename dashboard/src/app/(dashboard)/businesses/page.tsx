import type { Metadata } from "next";
import { Suspense } from "react";
import { BusinessesPage } from "@/features/businesses/businesses-page";

export const metadata: Metadata = { title: "Businesses" };

export default function Page() {
  return (
    <Suspense>
      <BusinessesPage />
    </Suspense>
  );
}
