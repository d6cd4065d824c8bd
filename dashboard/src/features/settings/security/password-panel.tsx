"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef } from "react";
import { api, type Schemas, take } from "@/api/client";
import { SESSION_KEY, useSession } from "@/api/session";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { Notice, Panel } from "@/ui/panel";
import { useToast } from "@/ui/toast";
import { errorOf, otherError } from "../field-errors";
import { SESSIONS_KEY } from "../query-keys";

export function PasswordPanel() {
  const { user } = useSession();
  const client = useQueryClient();
  const toast = useToast();
  const form = useRef<HTMLFormElement>(null);
  const change = useMutation({
    mutationFn: (body: Schemas["PasswordChange"]) => take(api.POST("/v1/auth/password", { body })),
    onSuccess: () => {
      form.current?.reset();
      toast.done("Password changed. You are signed out everywhere else.");
      void client.invalidateQueries({ queryKey: SESSION_KEY });
      void client.invalidateQueries({ queryKey: SESSIONS_KEY });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    change.mutate({
      current_password: String(typed.get("current") ?? ""),
      new_password: String(typed.get("new")),
    });
  };
  const said = otherError(change.error, ["current_password", "new_password"]);
  return (
    <Panel
      title="Password"
      lead={
        user.has_password
          ? "Changing it signs you out everywhere else. A mail tells you of it."
          : "You sign in without one so far. With a password you can sign in here, too."
      }
    >
      <form ref={form} onSubmit={submit} className="grid max-w-md gap-4">
        <input type="hidden" autoComplete="username" value={user.email} readOnly />
        {user.has_password && (
          <TextField
            name="current"
            label="Current password"
            type="password"
            autoComplete="current-password"
            error={errorOf(change.error, "current_password")}
            required
          />
        )}
        <TextField
          name="new"
          label="New password"
          type="password"
          autoComplete="new-password"
          hint="8 to 256 characters. No rules but that it is not a common one; a few words in a row do well."
          error={errorOf(change.error, "new_password")}
          required
        />
        {said && <Notice tone="bad">{said}</Notice>}
        <div>
          <Button type="submit" isBusy={change.isPending}>
            {user.has_password ? "Change password" : "Set password"}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
