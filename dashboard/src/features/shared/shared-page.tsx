"use client";

/** A link's analytics for people without an account. Its token stands behind `#`, so that no log ever holds it. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useSyncExternalStore } from "react";
import { ApiError } from "@/api/errors";
import { ControlBar } from "@/features/analytics/control-bar";
import { FilterChips } from "@/features/analytics/filter-chips";
import { askShared } from "@/features/analytics/use-analytics";
import { useQuestion } from "@/features/analytics/use-question";
import { Views } from "@/features/analytics/views";
import { ViewsWaiting } from "@/features/analytics/views-waiting";
import { CopyButton } from "@/ui/copy";
import { Mark } from "@/ui/mark";
import { Panel } from "@/ui/panel";
import { Failed } from "@/ui/states";

export function SharedPage() {
  const token = useToken();
  return (
    <div className="mx-auto min-h-dvh max-w-6xl px-4 pb-12 sm:px-6">
      <header className="mb-6 flex h-16 items-center gap-3 border-b border-line">
        <Mark className="size-7" />
        <span className="text-sm text-quiet">Shared analytics, read-only</span>
      </header>
      <main>{token === null ? <ViewsWaiting /> : <Shared key={token} token={token} />}</main>
    </div>
  );
}

function Shared({ token }: { token: string }) {
  const asking = useQuestion();
  const { data, error, refetch } = useQuery({
    queryKey: ["shared", token],
    // Any answer names the link; a day's is soon counted.
    queryFn: ({ signal }) => askShared(token, { from: new Date(Date.now() - 86_400_000).toISOString() }, signal),
    enabled: token !== "",
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (token === "" || (error instanceof ApiError && error.status === 404)) return <Ended />;
  if (error)
    return (
      <Frame title="Shared analytics">
        <Panel>
          <Failed error={error} onRetry={() => void refetch()} />
        </Panel>
      </Frame>
    );
  if (!data) return <ViewsWaiting />;
  const { short_code, short_url, title } = data.link;
  return (
    <Frame
      title={title ?? <span className="font-mono">/{short_code}</span>}
      lead={
        <p className="-mt-1 flex items-center gap-1 text-sm text-quiet">
          <span className="min-w-0 truncate font-mono">{short_url}</span>
          <CopyButton text={short_url} what="short link" size="md" />
        </p>
      }
    >
      <ControlBar asking={asking} />
      <FilterChips asking={asking} />
      <Views source={{ share: token }} asking={asking} />
    </Frame>
  );
}

function Frame({ title, lead, children }: { title: ReactNode; lead?: ReactNode; children: ReactNode }) {
  return (
    <div className="grid gap-5">
      <div className="grid min-w-0 gap-1">
        <h1 className="truncate text-2xl">{title}</h1>
        {lead}
      </div>
      {children}
    </div>
  );
}

function Ended() {
  return (
    <Frame title="This page is not shared any more">
      <p className="max-w-prose text-quiet">
        Whoever sent you its address has switched it off, or the address is not whole. Ask them for a new one.
      </p>
    </Frame>
  );
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

/** Return what stands behind `#`; null while the page is exported, where there is no address. */
const useToken = (): string | null =>
  useSyncExternalStore<string | null>(
    subscribe,
    () => window.location.hash.slice(1),
    () => null,
  );
