"use client";

/** A sheet that is typed into: its buttons, what was said against it, and the question before it is thrown away. */
import { type FormEvent, type ReactNode, useEffect, useId, useRef } from "react";
import { Button } from "./button";
import { Confirm } from "./confirm";
import { Dialog } from "./dialog";
import { Notice } from "./panel";
import type { DraftSheetState } from "./use-draft-sheet";

type Props = {
  sheet: Omit<DraftSheetState<object>, "draft" | "change">;
  title: string;
  lead?: ReactNode;
  /** What the button that makes a new one says; null: it is there already, and is changed. */
  makeLabel: string | null;
  isReadOnly: boolean;
  children: ReactNode;
};

export function DraftSheet({ sheet, title, lead, makeLabel, isReadOnly, children }: Props) {
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const { said, errors, isDirty } = sheet;
  useEffect(() => {
    if (said) form.current?.querySelector<HTMLElement>("[aria-invalid='true']")?.focus();
  }, [said]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    sheet.save();
  };
  const buttons = (
    <>
      <Button onClick={sheet.leave}>Cancel</Button>
      <Button look="primary" type="submit" form={id} isBusy={sheet.isBusy} disabled={makeLabel === null && !isDirty}>
        {makeLabel ?? "Save"}
      </Button>
    </>
  );
  return (
    <Dialog
      isOpen
      onClose={sheet.leave}
      shape="sheet"
      title={title}
      lead={lead}
      footer={isReadOnly ? undefined : buttons}
    >
      <form id={id} ref={form} onSubmit={submit} noValidate className="grid gap-4">
        {said && !Object.keys(errors).length && <Notice tone="bad">{said}</Notice>}
        {sheet.isFoundAgain && !said && (
          <Notice
            action={
              <Button size="sm" onClick={sheet.startOver}>
                Start over
              </Button>
            }
          >
            What you typed before is here again.
          </Notice>
        )}
        {children}
      </form>
      <Confirm
        isOpen={sheet.isLeaving}
        onClose={sheet.stay}
        title="Discard what you typed?"
        label="Discard"
        cancelLabel="Go on typing"
        onConfirm={sheet.discard}
      >
        It is not saved yet.
      </Confirm>
    </Dialog>
  );
}
