import type { Metadata } from "next";
import { Suspense } from "react";
import { DomainsPage } from "@/features/settings/domains/domains-page";

export const metadata: Metadata = { title: "Domains" };

export default function Page() {
  return (
    <Suspense>
      <DomainsPage />
    </Suspense>
  );
}
