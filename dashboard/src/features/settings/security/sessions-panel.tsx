"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Schemas, take } from "@/api/client";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { formatAgo, formatMoment } from "@/ui/numbers";
import { Badge, Panel } from "@/ui/panel";
import { useToast } from "@/ui/toast";
import { Loaded } from "../loaded";
import { SESSIONS_KEY } from "../query-keys";
import { Facts, Row, Rows } from "../rows";

type Entry = Schemas["SessionEntry"];

const SHOWN = 8;

/** Where one is signed in, and the way to end that. */
export function SessionsPanel() {
  const sessions = useQuery({
    queryKey: SESSIONS_KEY,
    queryFn: ({ signal }) => take(api.GET("/v1/auth/sessions", { signal })),
  });
  return (
    <Panel title="Where you are signed in" actions={<SignOutEverywhere />}>
      <Loaded query={sessions} label="Loading your sessions" rows={2}>
        {({ data }) => <SessionList sessions={data} />}
      </Loaded>
    </Panel>
  );
}

/** There may be fifty: the latest at once, the others when they are asked for. */
function SessionList({ sessions }: { sessions: readonly Entry[] }) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? sessions : sessions.filter((session, place) => place < SHOWN || session.is_current);
  return (
    <>
      <Rows label="Sessions">
        {shown.map((session) => (
          <SessionRow key={session.id} session={session} />
        ))}
      </Rows>
      {shown.length < sessions.length && (
        <Button size="sm" className="mt-3" onClick={() => setWhole(true)}>
          Show all {sessions.length}
        </Button>
      )}
    </>
  );
}

function SessionRow({ session }: { session: Entry }) {
  const client = useQueryClient();
  const toast = useToast();
  const end = useMutation({
    mutationFn: () =>
      take(api.DELETE("/v1/auth/sessions/{session_id}", { params: { path: { session_id: session.id } } })),
    onSuccess: () => toast.done(`${session.browser} is signed out.`),
    onError: (error) => toast.failed(error),
    onSettled: () => client.invalidateQueries({ queryKey: SESSIONS_KEY }),
  });
  return (
    <Row
      title={session.browser}
      badges={session.is_current && <Badge tone="good">This one</Badge>}
      actions={
        !session.is_current && (
          <Button
            size="sm"
            isBusy={end.isPending}
            onClick={() => end.mutate()}
            aria-label={`Sign out ${session.browser}`}
          >
            Sign out
          </Button>
        )
      }
    >
      <Facts>
        {session.is_current ? "Seen now" : `Seen ${formatAgo(session.last_seen_at)}`}
        {`Signed in ${formatMoment(session.created_at)}`}
      </Facts>
    </Row>
  );
}

function SignOutEverywhere() {
  const [isAsking, setAsking] = useState(false);
  const client = useQueryClient();
  const toast = useToast();
  const end = useMutation({
    mutationFn: () => take(api.POST("/v1/auth/sign-out-everywhere")),
    onSuccess: () => {
      client.clear();
      window.location.assign("/sign-in");
    },
    onError: (error) => toast.failed(error),
  });
  return (
    <>
      <Button size="sm" look="danger" onClick={() => setAsking(true)}>
        Sign out everywhere
      </Button>
      <Confirm
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title="Sign out everywhere?"
        label="Sign out everywhere"
        cancelLabel="Stay signed in"
        isBusy={end.isPending}
        onConfirm={() => end.mutate()}
      >
        All sessions end, this one too, and you sign in again. API keys go on working.
      </Confirm>
    </>
  );
}
