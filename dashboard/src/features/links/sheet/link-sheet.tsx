"use client";

/** The sheet in which a link is made or changed. What is typed outlives errors, and is not thrown away unasked. */
import { type FormEvent, useEffect, useRef, useState } from "react";
import { ApiError, sentence } from "@/api/errors";
import { useMay } from "@/api/session";
import { withoutScheme } from "@/ui/addresses";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { copyText } from "@/ui/copy";
import { Dialog } from "@/ui/dialog";
import { findDraft, forgetDraft, useKept } from "@/ui/kept";
import { Notice } from "@/ui/panel";
import { Failed, Skeleton, Waiting } from "@/ui/states";
import { useToast } from "@/ui/toast";
import { useCreateLink, useEditLink } from "../changes";
import { findObstacle, type Link } from "../link";
import { useLink } from "../queries";
import { byField, changedFields, type Draft, draftOf, EMPTY, toChanges, toNewLink } from "./draft";
import { LinkForm } from "./link-form";

type Props = { id: string | null; seed: string; onClose: () => void };

export function LinkSheet({ id, seed, onClose }: Props) {
  const { data: link, error, refetch } = useLink(id);
  if (!id) return <Editor key="new" link={null} seed={seed} onClose={onClose} />;
  if (link) return <Editor key={id} link={link} seed="" onClose={onClose} />;
  return (
    <Dialog isOpen onClose={onClose} title="Link" shape="sheet">
      {error ? <NotThere error={error} onRetry={() => void refetch()} /> : <SheetWaiting />}
    </Dialog>
  );
}

function Editor({ link, seed, onClose }: Omit<Props, "id"> & { link: Link | null }) {
  const key = `link ${link?.id ?? "new"}`;
  const [from] = useState(() => (link ? draftOf(link) : EMPTY));
  const [kept] = useState(() => (seed ? undefined : findDraft<Draft>(key)));
  const [draft, setDraft] = useState<Draft>(() => kept ?? { ...from, ...(seed && { target_url: seed }) });
  const [isLeaving, setLeaving] = useState(false);
  const mayWrite = useMay("links:write");
  const { save, isBusy, errors, said, forget } = useSave(link, from, onClose);
  const form = useRef<HTMLFormElement>(null);
  const isDirty = changedFields(draft, from).length > 0;
  useKept(key, isDirty ? draft : null);
  useEffect(() => {
    if (said) form.current?.querySelector<HTMLElement>("[aria-invalid='true']")?.focus();
  }, [said]);

  const change = (patch: Partial<Draft>) => {
    setDraft((now) => ({ ...now, ...patch }));
    forget(Object.keys(patch));
  };
  const leave = () => (isDirty ? setLeaving(true) : onClose());
  const discard = () => {
    forgetDraft(key);
    setDraft(from);
    setLeaving(false);
    onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save(draft);
  };

  return (
    <Dialog
      isOpen
      onClose={leave}
      shape="sheet"
      title={link ? link.short_code : "New link"}
      lead={link && <span className="figures break-all">{withoutScheme(link.short_url)}</span>}
      footer={mayWrite && <Buttons isNew={!link} isDirty={isDirty} isBusy={isBusy} onLeave={leave} />}
    >
      <form id="link-form" ref={form} onSubmit={submit} noValidate className="grid gap-4">
        {said && !Object.keys(errors).length && <Notice tone="bad">{said}</Notice>}
        {link && findObstacle(link) === "taken_down" && (
          <Notice tone="bad" title="This link was taken down">
            The operator took it down ({link.disabled_reason}); visitors read that it is gone.
          </Notice>
        )}
        {kept && isDirty && !said && (
          <Notice action={<StartOver onClick={() => setDraft(from)} />}>What you typed before is here again.</Notice>
        )}
        <LinkForm link={link} isReadOnly={!mayWrite} draft={draft} errors={errors} change={change} />
      </form>
      <Confirm
        isOpen={isLeaving}
        onClose={() => setLeaving(false)}
        title="Discard what you typed?"
        label="Discard"
        cancelLabel="Go on typing"
        onConfirm={discard}
      >
        It is not saved yet.
      </Confirm>
    </Dialog>
  );
}

type ButtonsProps = { isNew: boolean; isDirty: boolean; isBusy: boolean; onLeave: () => void };

function Buttons({ isNew, isDirty, isBusy, onLeave }: ButtonsProps) {
  return (
    <>
      <Button onClick={onLeave}>Cancel</Button>
      <Button look="primary" type="submit" form="link-form" isBusy={isBusy} disabled={!isNew && !isDirty}>
        {isNew ? "Make the link" : "Save"}
      </Button>
    </>
  );
}

const StartOver = ({ onClick }: { onClick: () => void }) => (
  <Button size="sm" onClick={onClick}>
    Start over
  </Button>
);

/** Return what saves a draft, and what the API said against it, field by field. */
function useSave(link: Link | null, from: Draft, onDone: () => void) {
  const create = useCreateLink();
  const edit = useEditLink();
  const toast = useToast();
  const [failure, setFailure] = useState<unknown>(null);
  const [forgotten, setForgotten] = useState<readonly string[]>([]);
  const save = async (draft: Draft) => {
    setFailure(null);
    setForgotten([]);
    try {
      if (link) {
        await edit.mutateAsync({ id: link.id, changes: toChanges(draft, from) });
        toast.done(`${link.short_code} is saved`);
      } else {
        const made = await create.mutateAsync(toNewLink(draft));
        const isCopied = await copyText(made.short_url);
        toast.done(`${made.short_code} is made${isCopied ? " and copied" : ""}`);
      }
      forgetDraft(`link ${link?.id ?? "new"}`);
      onDone();
    } catch (error) {
      setFailure(error);
    }
  };
  const all = failure instanceof ApiError ? byField(failure.fields) : {};
  const errors = Object.fromEntries(Object.entries(all).filter(([name]) => !forgotten.includes(name)));
  return {
    save,
    isBusy: create.isPending || edit.isPending,
    errors,
    said: failure && (Object.keys(errors).length || !Object.keys(all).length) ? sentence(failure) : null,
    forget: (names: readonly string[]) => setForgotten((now) => [...now, ...names]),
  };
}

function NotThere({ error, onRetry }: { error: Error; onRetry: () => void }) {
  if (!(error instanceof ApiError && error.status === 404)) return <Failed error={error} onRetry={onRetry} />;
  return <Notice title="There is no such link">It may have been deleted, or belongs to another workspace.</Notice>;
}

function SheetWaiting() {
  return (
    <Waiting label="Loading the link" className="grid gap-5">
      {[0, 1, 2, 3].map((field) => (
        <div key={field} className="grid gap-2">
          <Skeleton className="h-4 w-24" />
          <Skeleton className="h-10 w-full" />
        </div>
      ))}
    </Waiting>
  );
}
