"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Schemas, take } from "@/api/client";
import { SESSION_KEY, useSession, useWorkspace } from "@/api/session";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { SelectField } from "@/ui/field";
import { formatDate } from "@/ui/numbers";
import { Badge } from "@/ui/panel";
import { useToast } from "@/ui/toast";
import { MEMBERS_KEY } from "../query-keys";
import { Row } from "../rows";
import { ROLES, type Role, rolesToGive } from "./roles";

type Member = Schemas["Member"];
type List = Schemas["MemberList"];

export function MemberRow({ member }: { member: Member }) {
  const { user } = useSession();
  const isMe = member.user_id === user.id;
  return (
    <Row
      title={member.email}
      badges={isMe && <Badge tone="accent">You</Badge>}
      actions={
        <>
          <RoleOf member={member} isMe={isMe} />
          {!isMe && <Remove member={member} />}
        </>
      }
    >
      Since {formatDate(member.created_at)}
    </Row>
  );
}

/** Changes the role at once, and puts it back when the API refuses. */
function RoleOf({ member, isMe }: { member: Member; isMe: boolean }) {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const toast = useToast();
  const change = useMutation({
    mutationFn: (role: Role) =>
      take(
        api.PATCH("/v1/workspace/members/{user_id}", { params: { path: { user_id: member.user_id } }, body: { role } }),
      ),
    onMutate: async (role) => {
      await client.cancelQueries({ queryKey: MEMBERS_KEY });
      const before = client.getQueryData<List>(MEMBERS_KEY);
      client.setQueryData<List>(MEMBERS_KEY, (list) => list && withRole(list, member.user_id, role));
      return before;
    },
    onError: (error, _, before) => {
      client.setQueryData(MEMBERS_KEY, before);
      toast.failed(error);
    },
    onSuccess: (now) =>
      toast.done(`${now.email} is ${now.role === "owner" || now.role === "admin" ? "an" : "a"} ${now.role} now.`),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: MEMBERS_KEY });
      if (isMe) void client.invalidateQueries({ queryKey: SESSION_KEY });
    },
  });
  const given = rolesToGive(workspace?.role);
  const mayChange = given.some(({ role }) => role === member.role);
  if (!mayChange) return <span className="text-sm text-quiet">Owner</span>;
  return (
    <SelectField
      label={`Role of ${member.email}`}
      isLabelHidden
      className="w-32"
      value={member.role}
      disabled={change.isPending}
      onChange={(event) => change.mutate(event.currentTarget.value as Role)}
    >
      {ROLES.filter((one) => given.includes(one)).map(({ role, label }) => (
        <option key={role} value={role}>
          {label}
        </option>
      ))}
    </SelectField>
  );
}

const withRole = (list: List, userId: string, role: Role): List => ({
  ...list,
  data: list.data.map((member) => (member.user_id === userId ? { ...member, role } : member)),
});

function Remove({ member }: { member: Member }) {
  const [isAsking, setAsking] = useState(false);
  const client = useQueryClient();
  const toast = useToast();
  const remove = useMutation({
    mutationFn: () =>
      take(api.DELETE("/v1/workspace/members/{user_id}", { params: { path: { user_id: member.user_id } } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: MEMBERS_KEY });
      toast.done(`${member.email} does not belong to the workspace any more.`);
    },
    onError: (error) => toast.failed(error),
    onSettled: () => setAsking(false),
  });
  return (
    <>
      <Button look="danger" onClick={() => setAsking(true)} aria-label={`Remove ${member.email}`}>
        Remove
      </Button>
      <Confirm
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title="Remove this member?"
        label="Remove"
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate()}
      >
        <span className="text-ink wrap-anywhere">{member.email}</span> loses access at once, and so do the keys they
        made here. Links that they made stay.
      </Confirm>
    </>
  );
}
