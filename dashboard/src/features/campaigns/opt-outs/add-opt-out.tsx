"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiError, sentence } from "@/api/errors";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { Panel } from "@/ui/panel";
import { useToast } from "@/ui/toast";
import { addOptOut, CAMPAIGNS_KEY, OPT_OUTS_KEY } from "../wire";

/** For those who ask in another way than by an answer. */
export function AddOptOut() {
  const [phone, setPhone] = useState("");
  const client = useQueryClient();
  const toast = useToast();
  const add = useMutation({
    mutationFn: () => addOptOut(phone.trim()),
    onSuccess: (added) => {
      setPhone("");
      void client.invalidateQueries({ queryKey: OPT_OUTS_KEY });
      void client.invalidateQueries({ queryKey: CAMPAIGNS_KEY });
      toast.done(`${added.phone} is not written to any more.`);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  const said = add.error && (add.error instanceof ApiError ? (add.error.fields.phone ?? null) : null);
  return (
    <Panel>
      <form onSubmit={submit} className="grid items-start gap-3 sm:grid-cols-[minmax(0,22rem)_auto]">
        <TextField
          label="Add a number"
          type="tel"
          placeholder="+49 30 901820"
          hint="With the code of its country. Messages that wait for it are not sent."
          value={phone}
          onChange={(event) => {
            setPhone(event.currentTarget.value);
            add.reset();
          }}
          error={add.error ? (said ?? sentence(add.error)) : null}
          required
        />
        <Button type="submit" isBusy={add.isPending} className="sm:mt-6.5">
          Add to the list
        </Button>
      </form>
    </Panel>
  );
}
