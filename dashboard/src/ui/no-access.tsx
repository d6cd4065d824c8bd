"use client";

import { useWorkspace } from "@/api/session";
import { PageHead } from "./page";
import { Panel } from "./panel";
import { Empty } from "./states";

/** In place of a page for which the person's role is not enough. */
export function NoAccess({ title, what }: { title: string; what: string }) {
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
