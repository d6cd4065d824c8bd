"use client";

import { useQueryClient } from "@tanstack/react-query";
import { ChevronsUpDown } from "lucide-react";
import { api, take } from "@/api/client";
import { useSession, useWorkspace } from "@/api/session";
import { Menu, MenuChoice } from "@/ui/menu";
import { useToast } from "@/ui/toast";

/** The workspace in which one is at work, and the way to the others. */
export function WorkspaceMenu() {
  const { workspaces, workspace_id } = useSession();
  const workspace = useWorkspace();
  const client = useQueryClient();
  const toast = useToast();
  const go = async (id: string) => {
    try {
      await take(api.POST("/v1/auth/workspace", { body: { workspace_id: id } }));
      // What was loaded speaks of another workspace; and so may the filters of the address.
      client.clear();
      window.location.assign("/");
    } catch (error) {
      toast.failed(error);
    }
  };
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          className="flex h-10 w-full min-w-0 items-center gap-2 rounded-md px-2.5 text-left text-base font-semibold hover:bg-sunken"
        >
          <span className="sr-only">Workspace: </span>
          <span className="min-w-0 truncate">{workspace?.name ?? "Workspace"}</span>
          <ChevronsUpDown aria-hidden className="ml-auto size-4 shrink-0 text-quiet" />
        </button>
      }
    >
      <MenuChoice
        label="Workspace"
        value={workspace_id}
        options={workspaces.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={go}
      />
    </Menu>
  );
}
