"use client";

import { type FormEvent, type ReactNode, useState } from "react";
import { ApiError } from "@/api/errors";
import { signInAddress, useSession } from "@/api/session";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { Notice } from "@/ui/panel";
import { errorOf, otherError } from "./field-errors";

/**
 * Asks for the password again, before what is dangerous. Who has none, for they sign in elsewhere, only confirms: the
 * API then wants a sign-in within the last ten minutes, and says so.
 */
export function ProofDialog({ isOpen, title, ...proof }: { isOpen: boolean; title: string } & ProofProps) {
  return (
    <Dialog isOpen={isOpen} onClose={proof.onClose} title={title}>
      <Proof {...proof} />
    </Dialog>
  );
}

type ProofProps = {
  onClose: () => void;
  children?: ReactNode;
  label: string;
  isDangerous?: boolean;
  /** Does it; what it throws is shown. */
  prove: (password: string) => Promise<void>;
};

/** Lives as long as the dialog is open: the next one asks anew, though the last may still be at what follows from it. */
function Proof({ onClose, children, label, isDangerous = false, prove }: ProofProps) {
  const { user } = useSession();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget).get("password") ?? "");
    setBusy(true);
    setError(null);
    try {
      await prove(password);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const mustSignIn = !user.has_password && error instanceof ApiError && error.code === "forbidden";
  const said = otherError(error, ["password"]);
  return (
    <form onSubmit={submit} className="grid gap-4">
      {children && <div className="grid gap-3 text-quiet">{children}</div>}
      <input type="hidden" autoComplete="username" value={user.email} readOnly />
      {user.has_password && (
        <TextField
          data-autofocus
          name="password"
          label="Your password"
          type="password"
          autoComplete="current-password"
          error={errorOf(error, "password")}
          required
        />
      )}
      {said && (
        <Notice
          tone="bad"
          action={
            mustSignIn && (
              <Button size="sm" onClick={() => window.location.assign(signInAddress())}>
                Sign in again
              </Button>
            )
          }
        >
          {said}
        </Notice>
      )}
      <div className="flex flex-wrap justify-end gap-2.5">
        <Button onClick={onClose}>Cancel</Button>
        <Button look={isDangerous ? "danger" : "primary"} type="submit" isBusy={isBusy}>
          {label}
        </Button>
      </div>
    </form>
  );
}
