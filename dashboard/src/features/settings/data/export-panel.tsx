"use client";

import { Download } from "lucide-react";
import { useMay } from "@/api/session";
import { Button } from "@/ui/button";
import { Panel } from "@/ui/panel";
import { followDownload } from "@/ui/save-file";

/** Everything as files. They are written while they are sent, so that a million links fit, too. */
export function ExportPanel() {
  const mayRead = useMay("links:read");
  return (
    <Panel title="Export">
      {mayRead && (
        <Part
          title="All links"
          lead="With their clicks. The CSV file can be imported again; passwords are in neither."
          buttons={
            <>
              <Button icon={Download} onClick={() => followDownload("/v1/links/export?format=csv")}>
                CSV
              </Button>
              <Button icon={Download} onClick={() => followDownload("/v1/links/export?format=json")}>
                JSON
              </Button>
            </>
          }
        />
      )}
      <Part
        title="Your account"
        lead="All that is kept of you, and the workspaces that you own with links and clicks."
        buttons={
          <Button icon={Download} onClick={() => followDownload("/v1/account/export")}>
            JSON
          </Button>
        }
      />
    </Panel>
  );
}

function Part({ title, lead, buttons }: { title: string; lead: string; buttons: React.ReactNode }) {
  return (
    <section
      aria-label={title}
      className="flex flex-wrap items-center justify-between gap-3 border-t border-line py-3.5 first-of-type:border-0 first-of-type:pt-0 last:pb-0"
    >
      <div className="min-w-0 grow basis-72">
        <h3>{title}</h3>
        <p className="text-sm text-quiet">{lead}</p>
      </div>
      <div className="flex flex-wrap gap-2">{buttons}</div>
    </section>
  );
}
