"use client";

/** The state of a sheet that is typed into. What is typed outlives errors, and is not thrown away unasked. */
import { useState } from "react";
import { ApiError, sentence } from "@/api/errors";
import { byField, changedFields } from "./draft";
import { findDraft, forgetDraft, useKept } from "./kept";
import { useToast } from "./toast";

type Errors = Record<string, string>;

type Options<D> = {
  /** Whose draft it is: the same draft is found again under it. */
  name: string;
  /** Returns the draft as it is stored; asked once. */
  read: () => D;
  /** What was typed elsewhere to begin with; it comes before what was kept. */
  seed?: Partial<D> | undefined;
  /** Stores it, and returns what is then said. What it throws is shown. */
  store: (draft: D, from: D) => Promise<string>;
  /** Return the API's errors by the names of the draft. */
  errorsOf?: (fields: Errors) => Errors;
  onClose: () => void;
};

export type DraftSheetState<D extends object> = ReturnType<typeof useDraftSheet<D>>;

export function useDraftSheet<D extends object>({ name, read, seed, store, errorsOf, onClose }: Options<D>) {
  const [from] = useState(read);
  const [kept] = useState(() => (seed ? undefined : findDraft<D>(name)));
  const [draft, setDraft] = useState<D>(() => kept ?? { ...from, ...seed });
  const [isLeaving, setLeaving] = useState(false);
  const isDirty = changedFields(draft, from).length > 0;
  useKept(name, isDirty ? draft : null);
  const close = () => {
    forgetDraft(name);
    onClose();
  };
  const { save, forget, ...saving } = useSaving(() => store(draft, from), errorsOf ?? byField, close);
  return {
    ...saving,
    draft,
    isDirty,
    /** What was typed before is here again, and not stored yet. */
    isFoundAgain: Boolean(kept) && isDirty,
    isLeaving,
    change: (patch: Partial<D>) => {
      setDraft((now) => ({ ...now, ...patch }));
      forget(Object.keys(patch));
    },
    startOver: () => setDraft(from),
    save: () => void save(),
    leave: () => (isDirty ? setLeaving(true) : onClose()),
    stay: () => setLeaving(false),
    discard: () => {
      setDraft(from);
      setLeaving(false);
      close();
    },
  };
}

/** Return what stores a draft, and what the API said against it, field by field, until the field is typed into. */
function useSaving(store: () => Promise<string>, errorsOf: (fields: Errors) => Errors, onDone: () => void) {
  const toast = useToast();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [forgotten, setForgotten] = useState<readonly string[]>([]);
  const save = async () => {
    setBusy(true);
    setFailure(null);
    setForgotten([]);
    try {
      toast.done(await store());
      onDone();
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const all = failure instanceof ApiError ? errorsOf(failure.fields) : {};
  const errors = Object.fromEntries(Object.entries(all).filter(([name]) => !forgotten.includes(name)));
  return {
    save,
    isBusy,
    errors,
    /** One sentence, as long as there is something left to be put right. */
    said: failure && (Object.keys(errors).length || !Object.keys(all).length) ? sentence(failure) : null,
    forget: (names: readonly string[]) => setForgotten((now) => [...now, ...names]),
  };
}
