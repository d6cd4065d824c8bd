"use client";

import { useMay, useWorkspace } from "@/api/session";
import { PageHead } from "@/ui/page";
import { NeedsAdmin } from "../needs-admin";
import { InvitationsPanel } from "./invitations-panel";
import { MembersPanel } from "./members-panel";
import { NamePanel } from "./name-panel";

export function MembersPage() {
  const workspace = useWorkspace();
  if (!useMay("admin")) {
    return (
      <NeedsAdmin title="Workspace" what="rename it, and say who belongs to it">
        <p className="mt-3">
          This is the workspace <strong className="wrap-anywhere">{workspace?.name}</strong>. To leave it, go to your
          profile.
        </p>
      </NeedsAdmin>
    );
  }
  return (
    <>
      <PageHead title="Workspace" lead="Its name, and who works in it." />
      <NamePanel />
      <MembersPanel />
      <InvitationsPanel />
    </>
  );
}
