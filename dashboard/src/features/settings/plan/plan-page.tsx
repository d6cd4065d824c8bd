"use client";

import { useQuery } from "@tanstack/react-query";
import { api, type Schemas, take } from "@/api/client";
import { formatCount, formatDate } from "@/ui/numbers";
import { PageHead } from "@/ui/page";
import { Badge, Notice, Panel } from "@/ui/panel";
import { Loaded } from "../loaded";
import { WORKSPACE_KEY } from "../query-keys";
import { Billing } from "./billing";
import { UsageBar } from "./usage-bar";

type Workspace = Schemas["WorkspaceWithUsage"];

export function PlanPage() {
  const workspace = useQuery({
    queryKey: WORKSPACE_KEY,
    queryFn: ({ signal }) => take(api.GET("/v1/workspace", { signal })),
  });
  return (
    <>
      <PageHead title="Plan and usage" lead="What this workspace may use, and what it has used." />
      <Panel title="Usage">
        <Loaded query={workspace} label="Loading plan and usage" rows={4}>
          {(data) => <Usage workspace={data} />}
        </Loaded>
      </Panel>
      {workspace.data && (
        <>
          <Limits workspace={workspace.data} />
          <Billing plan={workspace.data.plan} />
        </>
      )}
    </>
  );
}

function Usage({ workspace: { usage, limits, notice } }: { workspace: Workspace }) {
  const resets = `begins anew on ${formatDate(usage.resets_at)}`;
  return (
    <div className="grid gap-5">
      {notice && <Notice tone="warn">{notice}</Notice>}
      <UsageBar label="Links made this month" used={usage.links} limit={limits.links_per_month} note={resets} />
      <UsageBar label="Clicks this month" used={usage.clicks} limit={limits.clicks_per_month} note={resets} />
      <UsageBar label="Seats" used={usage.seats} limit={limits.seats} note="members and open invitations" />
      <UsageBar label="Domains" used={usage.custom_domains} limit={limits.custom_domains} note="of your own" />
    </div>
  );
}

function Limits({ workspace: { plan, limits } }: { workspace: Workspace }) {
  return (
    <Panel
      title={
        <span className="flex items-center gap-2">
          The plan <Badge tone="accent">{plan}</Badge>
        </span>
      }
    >
      <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-[14rem_1fr]">
        <Limit label="Clicks are kept">
          {limits.retention_days === null
            ? "for ever"
            : `for ${formatCount(limits.retention_days)} days; their sums by day stay`}
        </Limit>
        <Limit label="Requests to the API">{per(limits.requests_per_minute, "a minute")}</Limit>
        <Limit label="Workspaces of one person">{per(limits.workspaces, "at most")}</Limit>
      </dl>
      <h3 className="mt-5 mb-1">At a limit</h3>
      <ul className="grid list-disc gap-1 pl-5 text-quiet">
        <li>Links go on redirecting, whatever is used up.</li>
        <li>Clicks go on being recorded and shown; this page says that the plan does not cover them.</li>
        <li>New links are refused until the month begins anew, and new members and domains until there is room.</li>
      </ul>
    </Panel>
  );
}

const per = (limit: number | null, unit: string): string =>
  limit === null ? "no limit" : `${formatCount(limit)} ${unit}`;

function Limit({ label, children }: { label: string; children: string }) {
  return (
    <div className="contents">
      <dt className="text-quiet">{label}</dt>
      <dd className="mb-1.5 sm:mb-0">{children}</dd>
    </div>
  );
}
