"use client";

import { useQuery } from "@tanstack/react-query";
import { api, take } from "@/api/client";
import { ApiError } from "@/api/errors";
import { linkQuery } from "@/api/lists";
import { useMay, useWorkspace } from "@/api/session";
import { useUrlState } from "@/shell/url-state";
import { ButtonLink } from "@/ui/button";
import { PageHead } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { Empty } from "@/ui/states";
import { ControlBar } from "./control-bar";
import { ExportMenu } from "./export-menu";
import { FilterChips } from "./filter-chips";
import { FirstClick, FirstLink } from "./first-click";
import { ScopeHead } from "./scope-head";
import { ShareControl } from "./share-control";
import type { OwnSource } from "./use-analytics";
import { useLive } from "./use-live";
import { useQuestion } from "./use-question";
import { useRefresh } from "./use-refresh";
import { Views } from "./views";

export function AnalyticsPage() {
  const mayRead = useMay("analytics:read");
  return mayRead ? <Analytics /> : <NoAccess />;
}

function Analytics() {
  const { params, set } = useUrlState();
  const asking = useQuestion();
  const mayWrite = useMay("links:write");
  const id = params.get("link");
  const source: OwnSource = id ? { link: id } : { tag: params.get("tag") };
  const { data: link, error } = useLink(id);
  const live = useLive(source, useRefresh());
  const { data: some } = useQuery({
    queryKey: ["links", "any"],
    queryFn: ({ signal }) => take(api.GET("/v1/links", { params: { query: { limit: 1 } }, signal })),
    enabled: !id,
  });
  const pick = (chosen: OwnSource) =>
    set("link" in chosen ? { link: chosen.link, tag: null } : { link: null, tag: chosen.tag }, { push: true });
  if (error instanceof ApiError && (error.status === 404 || error.status === 422)) return <NoLink />;
  const empty = id ? link && link.clicks === 0 && <FirstClick link={link} live={live.state} /> : null;
  return (
    <div className="grid gap-5">
      <ScopeHead
        source={source}
        link={link}
        onPick={pick}
        actions={
          <>
            {link && <ShareControl id={link.id} />}
            <ExportMenu source={source} question={asking.question} />
          </>
        }
      />
      <ControlBar asking={asking} />
      <FilterChips asking={asking} />
      <Views
        source={source}
        asking={asking}
        live={live}
        empty={empty || (some?.data.length === 0 && <FirstLink mayWrite={mayWrite} />)}
      />
    </div>
  );
}

/** The link of the page, or nothing when it speaks of more than one. */
const useLink = (id: string | null) => useQuery({ ...linkQuery(id ?? ""), enabled: id !== null });

function NoLink() {
  return (
    <>
      <PageHead title="Analytics" />
      <Panel>
        <Empty title="There is no such link" action={<ButtonLink href="/analytics">Show all links</ButtonLink>}>
          It may have been deleted, or it belongs to another workspace.
        </Empty>
      </Panel>
    </>
  );
}

function NoAccess() {
  const workspace = useWorkspace();
  return (
    <>
      <PageHead title="Analytics" />
      <Panel>
        <Empty title="Your role does not see analytics">
          Ask an administrator of {workspace?.name ?? "this workspace"} for a role that does.
        </Empty>
      </Panel>
    </>
  );
}
