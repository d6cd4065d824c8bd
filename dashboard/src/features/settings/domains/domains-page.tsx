"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import type { Schemas } from "@/api/client";
import { domainsQuery } from "@/api/lists";
import { useMay } from "@/api/session";
import { Button } from "@/ui/button";
import { PageHead } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { Empty } from "@/ui/states";
import { Loaded } from "../loaded";
import { WhoMay } from "../needs-admin";
import { Rows } from "../rows";
import { ClaimDialog } from "./claim-dialog";
import { DomainRow } from "./domain-row";

/** While a domain waits for its record, somebody else may find it any moment: the worker, or another's click. */
const WAITING_POLL_MS = 10_000;

export function DomainsPage() {
  const [isClaiming, setClaiming] = useState(false);
  const mayChange = useMay("admin");
  const domains = useQuery({
    ...domainsQuery,
    refetchInterval: ({ state }) => (state.data?.some(({ is_verified }) => !is_verified) ? WAITING_POLL_MS : false),
  });
  const claim = (
    <Button look="primary" icon={Plus} onClick={() => setClaiming(true)}>
      Add a domain
    </Button>
  );
  return (
    <>
      <PageHead
        title="Domains"
        lead="Short links on a name of your own, like go.example.com."
        actions={mayChange && claim}
      />
      <Panel>
        <Loaded query={domains} label="Loading the domains" rows={2}>
          {(data) => <DomainList domains={data} />}
        </Loaded>
        {!mayChange && (
          <div className="mt-4">
            <WhoMay what="add, change and remove domains" />
          </div>
        )}
      </Panel>
      {isClaiming && <ClaimDialog onClose={() => setClaiming(false)} />}
    </>
  );
}

function DomainList({ domains }: { domains: readonly Schemas["Domain"][] }) {
  if (!domains.length) {
    return (
      <Empty title="No domain of your own yet">
        Links are made on the installation's own domain. With one of yours, people see your name in every link.
      </Empty>
    );
  }
  return (
    <Rows label="Domains">
      {domains.map((domain) => (
        <DomainRow key={domain.domain} domain={domain} />
      ))}
    </Rows>
  );
}
