"use client";

/** Title and destination, changed in the row. Enter saves, Escape leaves them as they are. */
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { ApiError, sentence } from "@/api/errors";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { useToast } from "@/ui/toast";
import { useEditLink } from "../changes";
import { completeUrl } from "../create/url";
import type { Link } from "../link";

export function RowEdit({ link, onDone }: { link: Link; onDone: () => void }) {
  const [title, setTitle] = useState(link.title ?? "");
  const [target, setTarget] = useState(link.target_url);
  const { mutateAsync, isPending, error } = useEditLink();
  const toast = useToast();
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.select(), []);
  // What had the focus is gone with the form: it goes on where the row can be asked for more.
  const finish = () => {
    const row = first.current?.closest("li");
    onDone();
    requestAnimationFrame(() => row?.querySelector<HTMLElement>("[aria-haspopup='menu']")?.focus());
  };

  const save = async (event: FormEvent) => {
    event.preventDefault();
    const changes = {
      ...(title.trim() !== (link.title ?? "") && { title: title.trim() || null }),
      ...(target.trim() !== link.target_url && { target_url: completeUrl(target) }),
    };
    if (Object.keys(changes).length) {
      try {
        await mutateAsync({ id: link.id, changes });
      } catch {
        return;
      }
      toast.done(`${link.short_code} is saved`);
    }
    finish();
  };
  const leave = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    finish();
  };
  const fields = error instanceof ApiError ? error.fields : {};
  const isElsewhere = error && !fields.title && !fields.target_url;

  return (
    <form onSubmit={save} onKeyDown={leave} className="grid gap-2 py-1 lg:grid-cols-[1fr_2fr_auto] lg:items-start">
      <TextField
        ref={first}
        label="Title"
        isLabelHidden
        placeholder="Title"
        value={title}
        onChange={(event) => setTitle(event.target.value)}
        error={fields.title}
      />
      <TextField
        label="Destination"
        isLabelHidden
        value={target}
        onChange={(event) => setTarget(event.target.value)}
        error={fields.target_url ?? (isElsewhere ? sentence(error) : null)}
      />
      <div className="flex gap-2">
        <Button look="primary" type="submit" isBusy={isPending}>
          Save
        </Button>
        <Button onClick={finish}>Cancel</Button>
      </div>
    </form>
  );
}
