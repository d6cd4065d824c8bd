import { Suspense } from "react";
import { LinksPage } from "@/features/links/links-page";

export default function Page() {
  return (
    <Suspense>
      <LinksPage />
    </Suspense>
  );
}
