"use client";

import { PageHead } from "@/ui/page";
import { AccountPanel } from "./account-panel";
import { ErasePanel } from "./erase-panel";
import { IdentityPanel } from "./identity-panel";
import { WorkspacesPanel } from "./workspaces-panel";

export function ProfilePage() {
  return (
    <>
      <PageHead title="Profile" />
      <AccountPanel />
      <IdentityPanel />
      <WorkspacesPanel />
      <ErasePanel />
    </>
  );
}
