import type { Metadata } from "next";
import { Suspense } from "react";
import { LinksPage } from "@/features/links/links-page";

export const metadata: Metadata = { title: "Links" };

export default function Page() {
  return (
    <Suspense>
      <LinksPage />
    </Suspense>
  );
}
