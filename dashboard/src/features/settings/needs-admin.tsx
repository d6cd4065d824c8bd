"use client";

import type { ReactNode } from "react";
import { useWorkspace } from "@/api/session";
import { PageHead } from "@/ui/page";
import { Panel } from "@/ui/panel";

/** One sentence about who may do what the person may not. */
export function WhoMay({ what }: { what: string }) {
  const workspace = useWorkspace();
  return (
    <p className="text-sm text-quiet">
      Owners and admins of this workspace {what}. You are a {workspace?.role ?? "member"}: ask one of them.
    </p>
  );
}

/** The page in place of one that is for owners and admins alone. */
export function NeedsAdmin({ title, what, children }: { title: string; what: string; children?: ReactNode }) {
  return (
    <>
      <PageHead title={title} />
      <Panel>
        <WhoMay what={what} />
        {children}
      </Panel>
    </>
  );
}
