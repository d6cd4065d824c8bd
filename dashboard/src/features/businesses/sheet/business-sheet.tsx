"use client";

/** The sheet in which a business is added or changed. What is typed outlives errors, and is not thrown away unasked. */
import { type FormEvent, useEffect, useRef, useState } from "react";
import { ApiError, sentence } from "@/api/errors";
import { useMay } from "@/api/session";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { Dialog } from "@/ui/dialog";
import { findDraft, forgetDraft, useKept } from "@/ui/kept";
import { Notice } from "@/ui/panel";
import { Failed, Skeleton, Waiting } from "@/ui/states";
import { useToast } from "@/ui/toast";
import type { Business } from "../business";
import { useCreateBusiness, useEditBusiness } from "../changes";
import { useBusiness } from "../queries";
import { BusinessForm } from "./business-form";
import { changedFields, type Draft, draftOf, EMPTY, fieldOf, toChanges, toNewBusiness } from "./draft";
import { SiteOfBusiness } from "./site-of-business";

type Props = { id: string | null; onClose: () => void };

export function BusinessSheet({ id, onClose }: Props) {
  const { data: business, error, refetch } = useBusiness(id);
  if (!id) return <Editor key="new" business={null} onClose={onClose} />;
  if (business) return <Editor key={id} business={business} onClose={onClose} />;
  return (
    <Dialog isOpen onClose={onClose} title="Business" shape="sheet">
      {error ? <NotThere error={error} onRetry={() => void refetch()} /> : <SheetWaiting />}
    </Dialog>
  );
}

function Editor({ business, onClose }: { business: Business | null; onClose: () => void }) {
  const key = `business ${business?.id ?? "new"}`;
  const [from] = useState(() => (business ? draftOf(business) : EMPTY));
  const [kept] = useState(() => findDraft<Draft>(key));
  const [draft, setDraft] = useState<Draft>(() => kept ?? from);
  const [isLeaving, setLeaving] = useState(false);
  const mayWrite = useMay("sites:write");
  const form = useRef<HTMLFormElement>(null);
  const isDirty = changedFields(draft, from).length > 0;
  useKept(key, isDirty ? draft : null);
  const { save, isBusy, errors, said, forget } = useSave(business, from, () => {
    forgetDraft(key);
    onClose();
  });
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
      title={business ? business.name : "Add a business"}
      footer={
        mayWrite && (
          <>
            <Button onClick={leave}>Cancel</Button>
            <Button
              look="primary"
              type="submit"
              form="business-form"
              isBusy={isBusy}
              disabled={business !== null && !isDirty}
            >
              {business ? "Save" : "Add the business"}
            </Button>
          </>
        )
      }
    >
      <form id="business-form" ref={form} onSubmit={submit} noValidate className="grid gap-4">
        {said && !Object.keys(errors).length && <Notice tone="bad">{said}</Notice>}
        {kept && isDirty && !said && (
          <Notice
            action={
              <Button size="sm" onClick={() => setDraft(from)}>
                Start over
              </Button>
            }
          >
            What you typed before is here again.
          </Notice>
        )}
        {business && <SiteOfBusiness business={business} />}
        <BusinessForm draft={draft} errors={errors} change={change} isNew={!business} isReadOnly={!mayWrite} />
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

/** Return what saves a draft, and what the API said against it, field by field. */
function useSave(business: Business | null, from: Draft, onDone: () => void) {
  const create = useCreateBusiness();
  const edit = useEditBusiness();
  const toast = useToast();
  const [failure, setFailure] = useState<unknown>(null);
  const [forgotten, setForgotten] = useState<readonly string[]>([]);
  const save = async (draft: Draft) => {
    setFailure(null);
    setForgotten([]);
    try {
      if (business) await edit.mutateAsync({ id: business.id, changes: toChanges(draft, from) });
      else await create.mutateAsync(toNewBusiness(draft));
      toast.done(business ? `${draft.name} is saved` : `${draft.name} is added`);
      onDone();
    } catch (error) {
      setFailure(error);
    }
  };
  const fields = failure instanceof ApiError ? Object.entries(failure.fields) : [];
  const all = Object.fromEntries(fields.map(([path, message]) => [fieldOf(path), message]));
  const errors = Object.fromEntries(Object.entries(all).filter(([name]) => !forgotten.includes(name)));
  return {
    save,
    isBusy: create.isPending || edit.isPending,
    errors,
    said: failure && (Object.keys(errors).length || !fields.length) ? sentence(failure) : null,
    forget: (names: readonly string[]) => setForgotten((now) => [...now, ...names]),
  };
}

function NotThere({ error, onRetry }: { error: Error; onRetry: () => void }) {
  if (!(error instanceof ApiError && error.status === 404)) return <Failed error={error} onRetry={onRetry} />;
  return <Notice title="There is no such business">It may have been deleted, or belongs to another workspace.</Notice>;
}

function SheetWaiting() {
  return (
    <Waiting label="Loading the business" className="grid gap-5">
      {[0, 1, 2, 3, 4].map((field) => (
        <div key={field} className="grid gap-2">
          <Skeleton className="h-4 w-24" />
          <Skeleton className="h-10 w-full" />
        </div>
      ))}
    </Waiting>
  );
}
