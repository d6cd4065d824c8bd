"use client";

/** The workspace in which one is at work, and the way to the others. */
import { ChevronsUpDown } from "lucide-react";
import type { ComponentProps } from "react";
import { useWorkspace } from "@/api/session";
import { OnDemand } from "@/ui/on-demand";

export function WorkspaceMenu() {
  return <OnDemand load={() => import("./workspace-choices")} trigger={<WorkspaceButton />} />;
}

export function WorkspaceButton(props: ComponentProps<"button">) {
  const workspace = useWorkspace();
  return (
    <button
      type="button"
      className="flex h-10 w-full min-w-0 items-center gap-2 rounded-md px-2.5 text-left text-base font-semibold hover:bg-sunken"
      {...props}
    >
      <span className="sr-only">Workspace: </span>
      <span className="min-w-0 truncate">{workspace?.name ?? "Workspace"}</span>
      <ChevronsUpDown aria-hidden className="ml-auto size-4 shrink-0 text-quiet" />
    </button>
  );
}
