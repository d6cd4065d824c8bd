"use client";

import dynamic from "next/dynamic";
import { useMay, useWorkspace } from "@/api/session";
import { PageHead } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { Skeleton, Waiting } from "@/ui/states";
import { ExportPanel } from "./export-panel";

const ImportLinks = dynamic(() => import("./import/import-links").then((module) => module.ImportLinks), {
  ssr: false,
  loading: () => (
    <Waiting label="Loading">
      <Skeleton className="h-80 w-full" />
    </Waiting>
  ),
});

export function DataPage() {
  const mayImport = useMay("links:write");
  const workspace = useWorkspace();
  return (
    <>
      <PageHead title="Import and export" lead="Bring links here, and take them along." />
      {mayImport ? (
        <ImportLinks />
      ) : (
        <Panel title="Import links">
          <p className="text-sm text-quiet">
            Owners, admins and members of this workspace import links. You are a {workspace?.role}: ask one of them.
          </p>
        </Panel>
      )}
      <ExportPanel />
    </>
  );
}
