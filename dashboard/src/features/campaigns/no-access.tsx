"use client";

import { useWorkspace } from "@/api/session";
import { PageHead } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { Empty } from "@/ui/states";

/** In place of a page for which the person's role is not enough. */
export function NoAccess({ title, what = "see campaigns" }: { title: string; what?: string }) {
  const workspace = useWorkspace();
  return (
    <>
      <PageHead title={title} />
      <Panel>
        <Empty title={`Your role does not let you ${what}`}>
          Ask an administrator of {workspace?.name ?? "this workspace"} for a role that does.
        </Empty>
      </Panel>
    </>
  );
}
