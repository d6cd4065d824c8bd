"use client";

import { Download } from "lucide-react";
import { useSession, useSignOut } from "@/api/session";
import { Button } from "@/ui/button";
import { Badge, Panel } from "@/ui/panel";
import { followDownload } from "@/ui/save-file";
import { useToast } from "@/ui/toast";

/** Who one is here, and all that is kept of it. */
export function AccountPanel() {
  const { user } = useSession();
  const signOut = useSignOut();
  const toast = useToast();
  return (
    <Panel title="You">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="flex min-w-0 flex-wrap items-center gap-2">
          <span className="font-medium wrap-anywhere">{user.email}</span>
          {user.is_admin && <Badge tone="accent">Administrator of this installation</Badge>}
        </p>
        <Button onClick={() => signOut().catch(toast.failed)}>Sign out</Button>
      </div>
      <div className="mt-4 flex flex-wrap items-center justify-between gap-3 border-t border-line pt-4">
        <div className="grid min-w-0 basis-72 grow gap-0.5">
          <h3 className="font-medium">Your data</h3>
          <p className="text-sm text-quiet">
            One JSON file: your account, and the workspaces that you own with their links and clicks. No secret is in
            it.
          </p>
        </div>
        <Button icon={Download} onClick={() => followDownload("/v1/account/export")}>
          Download my data
        </Button>
      </div>
    </Panel>
  );
}
