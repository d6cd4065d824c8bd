import type { Metadata } from "next";
import { Suspense } from "react";
import { ProfilePage } from "@/features/settings/profile/profile-page";

export const metadata: Metadata = { title: "Profile" };

export default function Page() {
  return (
    <Suspense>
      <ProfilePage />
    </Suspense>
  );
}
