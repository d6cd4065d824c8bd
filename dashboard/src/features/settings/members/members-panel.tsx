"use client";

import { useQuery } from "@tanstack/react-query";
import { api, take } from "@/api/client";
import { Panel } from "@/ui/panel";
import { Loaded } from "../loaded";
import { MEMBERS_KEY } from "../query-keys";
import { Rows } from "../rows";
import { MemberRow } from "./member-row";
import { ROLES } from "./roles";

/** Who belongs to the workspace, as what. */
export function MembersPanel() {
  const members = useQuery({
    queryKey: MEMBERS_KEY,
    queryFn: ({ signal }) => take(api.GET("/v1/workspace/members", { signal })),
  });
  return (
    <Panel title="Members" lead="A new role holds within a second, for the member's keys too.">
      <Loaded query={members} label="Loading the members">
        {({ data }) => (
          <Rows label="Members">
            {data.map((member) => (
              <MemberRow key={member.user_id} member={member} />
            ))}
          </Rows>
        )}
      </Loaded>
      <details className="mt-4 text-sm">
        <summary className="cursor-pointer py-1 text-quiet hover:text-ink">What each role may do</summary>
        <dl className="mt-2 grid gap-x-4 gap-y-1 sm:grid-cols-[5rem_1fr]">
          {ROLES.map(({ role, label, may }) => (
            <div key={role} className="contents">
              <dt className="font-medium">{label}</dt>
              <dd className="mb-2 text-quiet sm:mb-0">{may}</dd>
            </div>
          ))}
        </dl>
      </details>
    </Panel>
  );
}
