import type { Metadata } from "next";
import { Suspense } from "react";
import { CampaignPage } from "@/features/campaigns/campaign/campaign-page";

export const metadata: Metadata = { title: "Campaign" };

export default function Page() {
  return (
    <Suspense>
      <CampaignPage />
    </Suspense>
  );
}
