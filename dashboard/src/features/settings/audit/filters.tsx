"use client";

import { useQuery } from "@tanstack/react-query";
import { api, take } from "@/api/client";
import { useUrlState } from "@/shell/url-state";
import { SelectField, TextField } from "@/ui/field";
import { MEMBERS_KEY } from "../query-keys";
import { KINDS } from "./words";

/** What of the log is shown. It lives in the address bar, so that it can be sent to somebody. */
export function AuditFilters() {
  const { params, set } = useUrlState();
  const members = useQuery({
    queryKey: MEMBERS_KEY,
    queryFn: ({ signal }) => take(api.GET("/v1/workspace/members", { signal })),
  });
  const read = (name: string) => params.get(name) ?? "";
  const write = (name: string) => (event: { currentTarget: { value: string } }) =>
    set({ [name]: event.currentTarget.value || null });
  return (
    <search className="mb-5 grid gap-3 sm:grid-cols-2 xl:grid-cols-4">
      <SelectField label="What" value={read("action")} onChange={write("action")}>
        <option value="">Everything</option>
        {KINDS.map(({ action, label }) => (
          <option key={action} value={action}>
            {label}
          </option>
        ))}
      </SelectField>
      <SelectField label="Who" value={read("user")} onChange={write("user")}>
        <option value="">Everybody</option>
        {members.data?.data.map(({ user_id, email }) => (
          <option key={user_id} value={user_id}>
            {email}
          </option>
        ))}
      </SelectField>
      <TextField label="From" type="date" value={read("from")} onChange={write("from")} />
      <TextField label="To" type="date" value={read("to")} onChange={write("to")} />
    </search>
  );
}
