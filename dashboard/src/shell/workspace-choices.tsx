"use client";

/** The workspaces of the person, of which one is chosen; opened from the start, for it comes when it is asked for. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, take } from "@/api/client";
import { useSession } from "@/api/session";
import { Menu, MenuChoice } from "@/ui/menu";
import { useToast } from "@/ui/toast";
import { WorkspaceButton } from "./workspace-menu";

export default function WorkspaceChoices() {
  const { workspaces, workspace_id } = useSession();
  const [isOpen, setOpen] = useState(true);
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
    <Menu align="start" isOpen={isOpen} onOpenChange={setOpen} trigger={<WorkspaceButton />}>
      <MenuChoice
        label="Workspace"
        value={workspace_id}
        options={workspaces.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={go}
      />
    </Menu>
  );
}
