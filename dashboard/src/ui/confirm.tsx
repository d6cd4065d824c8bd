"use client";

import type { ReactNode } from "react";
import { Button } from "./button";
import { Dialog } from "./dialog";

/** Asks before what cannot be taken back. */
export function Confirm({
  isOpen,
  onClose,
  title,
  children,
  label,
  cancelLabel = "Keep it",
  isBusy = false,
  onConfirm,
}: {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  label: string;
  cancelLabel?: string;
  isBusy?: boolean;
  onConfirm: () => void;
}) {
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title={title}
      footer={
        <>
          <Button onClick={onClose} data-autofocus>
            {cancelLabel}
          </Button>
          <Button look="danger" isBusy={isBusy} onClick={onConfirm}>
            {label}
          </Button>
        </>
      }
    >
      <div className="text-quiet">{children}</div>
    </Dialog>
  );
}
