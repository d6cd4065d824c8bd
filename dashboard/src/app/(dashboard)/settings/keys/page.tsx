import type { Metadata } from "next";
import { Suspense } from "react";
import { KeysPage } from "@/features/settings/keys/keys-page";

export const metadata: Metadata = { title: "API keys" };

export default function Page() {
  return (
    <Suspense>
      <KeysPage />
    </Suspense>
  );
}
