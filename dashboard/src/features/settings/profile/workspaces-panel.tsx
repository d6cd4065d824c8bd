"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { api, take } from "@/api/client";
import { SESSION_KEY, type Session, useSession, useWorkspace } from "@/api/session";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { TextField } from "@/ui/field";
import { Badge, Panel } from "@/ui/panel";
import { useToast } from "@/ui/toast";
import { errorOf, otherError } from "../field-errors";
import { Row, Rows } from "../rows";
import { useEnter } from "./enter";

type Workspace = Session["workspaces"][number];

/** The workspaces one belongs to: go to another, make a further one, leave this one. */
export function WorkspacesPanel() {
  const { workspaces, workspace_id } = useSession();
  return (
    <Panel title="Your workspaces" lead="Each has its own links, members, keys and plan.">
      <Rows label="Workspaces">
        {workspaces.map((workspace) => (
          <WorkspaceRow key={workspace.id} workspace={workspace} isHere={workspace.id === workspace_id} />
        ))}
      </Rows>
      <Make />
    </Panel>
  );
}

function WorkspaceRow({ workspace, isHere }: { workspace: Workspace; isHere: boolean }) {
  const enter = useEnter();
  return (
    <Row
      title={workspace.name}
      badges={isHere && <Badge tone="accent">You are here</Badge>}
      actions={
        isHere ? (
          <Leave />
        ) : (
          <Button
            size="sm"
            isBusy={enter.isPending}
            onClick={() => enter.mutate(workspace.id)}
            aria-label={`Go there: ${workspace.name}`}
          >
            Go there
          </Button>
        )
      }
    >
      You are {workspace.role === "owner" || workspace.role === "admin" ? "an" : "a"} {workspace.role}. Plan{" "}
      {workspace.plan}.
    </Row>
  );
}

function Make() {
  const client = useQueryClient();
  const toast = useToast();
  const enter = useEnter();
  const form = useRef<HTMLFormElement>(null);
  const make = useMutation({
    mutationFn: (name: string) => take(api.POST("/v1/workspaces", { body: { name } })),
    onSuccess: async ({ id, name }) => {
      form.current?.reset();
      await client.invalidateQueries({ queryKey: SESSION_KEY });
      toast.done(`${name} is made.`, { label: "Go there", act: () => enter.mutate(id) });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    make.mutate(String(new FormData(event.currentTarget).get("name")));
  };
  return (
    <form ref={form} onSubmit={submit} className="mt-5 flex max-w-lg items-start gap-2.5 border-t border-line pt-4">
      <TextField
        name="name"
        label="A further workspace"
        placeholder="Its name"
        className="grow"
        maxLength={200}
        error={errorOf(make.error, "name") ?? otherError(make.error)}
        required
      />
      <Button type="submit" className="mt-6.5" isBusy={make.isPending}>
        Make it
      </Button>
    </form>
  );
}

function Leave() {
  const workspace = useWorkspace();
  const [isAsking, setAsking] = useState(false);
  const client = useQueryClient();
  const toast = useToast();
  const leave = useMutation({
    mutationFn: () => take(api.POST("/v1/workspace/leave")),
    onSuccess: () => {
      client.clear();
      window.location.assign("/settings");
    },
    onError: (error) => {
      setAsking(false);
      toast.failed(error);
    },
  });
  return (
    <>
      <Button size="sm" look="danger" onClick={() => setAsking(true)}>
        Leave
      </Button>
      <Confirm
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={`Leave ${workspace?.name ?? "the workspace"}?`}
        label="Leave"
        cancelLabel="Stay"
        isBusy={leave.isPending}
        onConfirm={() => leave.mutate()}
      >
        You lose access at once, and the keys you made here stop working. The links stay. To come back you must be
        invited.
      </Confirm>
    </>
  );
}
