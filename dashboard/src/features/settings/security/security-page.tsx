"use client";

import { PageHead } from "@/ui/page";
import { PasswordPanel } from "./password-panel";
import { SecondFactorPanel } from "./second-factor-panel";
import { SessionsPanel } from "./sessions-panel";

export function SecurityPage() {
  return (
    <>
      <PageHead title="Security" lead="How you sign in, and where you are signed in." />
      <SecondFactorPanel />
      <PasswordPanel />
      <SessionsPanel />
    </>
  );
}
