"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef } from "react";
import { api, type Schemas, take } from "@/api/client";
import { useWorkspace } from "@/api/session";
import { Button } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import { formatAgo, formatDate } from "@/ui/numbers";
import { Badge, Notice, Panel } from "@/ui/panel";
import { useToast } from "@/ui/toast";
import { errorOf, otherError } from "../field-errors";
import { Loaded } from "../loaded";
import { INVITATIONS_KEY } from "../query-keys";
import { Row, Rows } from "../rows";
import { type Role, rolesToGive } from "./roles";

type Invitation = Schemas["Invitation"];

export function InvitationsPanel() {
  const invitations = useQuery({
    queryKey: INVITATIONS_KEY,
    queryFn: ({ signal }) => take(api.GET("/v1/invitations", { signal })),
  });
  return (
    <Panel title="Invite somebody" lead="They get a mail with a link that is good for seven days.">
      <Invite />
      <div className="mt-5">
        <Loaded query={invitations} label="Loading the invitations" rows={1}>
          {({ data }) =>
            data.length > 0 && (
              <Rows label="Open invitations">
                {data.map((invitation) => (
                  <InvitationRow key={invitation.id} invitation={invitation} />
                ))}
              </Rows>
            )
          }
        </Loaded>
      </div>
    </Panel>
  );
}

function Invite() {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const toast = useToast();
  const form = useRef<HTMLFormElement>(null);
  const invite = useMutation({
    mutationFn: (body: { email: string; role: Role }) => take(api.POST("/v1/invitations", { body })),
    onSuccess: async ({ email }) => {
      form.current?.reset();
      await client.invalidateQueries({ queryKey: INVITATIONS_KEY });
      toast.done(`A mail is on its way to ${email}.`);
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    invite.mutate({ email: String(typed.get("email")), role: typed.get("role") as Role });
  };
  const said = otherError(invite.error, ["email"]);
  return (
    <form ref={form} onSubmit={submit} className="grid gap-4">
      <div className="flex flex-wrap items-start gap-2.5">
        <TextField
          name="email"
          label="E-mail address"
          type="email"
          className="grow basis-64"
          maxLength={320}
          error={errorOf(invite.error, "email")}
          required
        />
        <SelectField name="role" label="Role" className="w-32" defaultValue="member">
          {rolesToGive(workspace?.role).map(({ role, label }) => (
            <option key={role} value={role}>
              {label}
            </option>
          ))}
        </SelectField>
        <Button type="submit" className="mt-6.5" isBusy={invite.isPending}>
          Invite
        </Button>
      </div>
      {said && <Notice tone="bad">{said}</Notice>}
    </form>
  );
}

function InvitationRow({ invitation }: { invitation: Invitation }) {
  const client = useQueryClient();
  const toast = useToast();
  const withdraw = useMutation({
    mutationFn: () =>
      take(api.DELETE("/v1/invitations/{invitation_id}", { params: { path: { invitation_id: invitation.id } } })),
    onSuccess: () => toast.done(`The invitation of ${invitation.email} is void.`),
    onError: (error) => toast.failed(error),
    onSettled: () => client.invalidateQueries({ queryKey: INVITATIONS_KEY }),
  });
  return (
    <Row
      title={invitation.email}
      badges={<Badge>{invitation.role}</Badge>}
      actions={
        <Button
          size="sm"
          look="danger"
          isBusy={withdraw.isPending}
          onClick={() => withdraw.mutate()}
          aria-label={`Withdraw the invitation of ${invitation.email}`}
        >
          Withdraw
        </Button>
      }
    >
      Invited {formatDate(invitation.created_at)}, expires {formatAgo(invitation.expires_at)}
    </Row>
  );
}
