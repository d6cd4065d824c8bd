"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, take } from "@/api/client";
import { SESSION_KEY, useWorkspace } from "@/api/session";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { Panel } from "@/ui/panel";
import { useToast } from "@/ui/toast";
import { errorOf, otherError } from "../field-errors";

/** What the workspace is called. */
export function NamePanel() {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const toast = useToast();
  const [name, setName] = useState<string | null>(null);
  const shown = name ?? workspace?.name ?? "";
  const rename = useMutation({
    mutationFn: (wanted: string) => take(api.PATCH("/v1/workspace", { body: { name: wanted } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: SESSION_KEY });
      setName(null);
      toast.done("Renamed.");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    rename.mutate(shown);
  };
  return (
    <Panel title="Name">
      <form onSubmit={submit} className="flex max-w-lg items-start gap-2.5">
        <TextField
          label="Name of the workspace"
          isLabelHidden
          className="grow"
          value={shown}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={200}
          error={errorOf(rename.error, "name") ?? otherError(rename.error)}
          required
        />
        <Button type="submit" isBusy={rename.isPending} disabled={shown === workspace?.name}>
          Rename
        </Button>
      </form>
    </Panel>
  );
}
