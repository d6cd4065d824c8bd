"use client";

/** Signing in again without leaving what one was at. */
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, take } from "@/api/client";
import { sentence } from "@/api/errors";
import { signInAddress, useSession } from "@/api/session";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";

export default function SessionDialog({ onClose }: { onClose: () => void }) {
  const { user } = useSession();
  const client = useQueryClient();
  const [step, setStep] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = String(new FormData(event.currentTarget).get("proof"));
    setBusy(true);
    setError(null);
    try {
      const next = step ? await sendCode(step, typed) : await sendPassword(user.email, typed);
      setStep(next);
      if (next) return;
      onClose();
      await client.invalidateQueries();
    } catch (failure) {
      setError(sentence(failure));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Your session ended"
      lead="Sign in again, and go on where you were. What you typed is still there."
    >
      <form onSubmit={submit} className="grid gap-4" key={step ?? "password"}>
        <input type="hidden" autoComplete="username" value={user.email} readOnly />
        <TextField
          name="proof"
          label={step ? "Code of your authenticator app" : `Password of ${user.email}`}
          type={step ? "text" : "password"}
          autoComplete={step ? "one-time-code" : "current-password"}
          error={error}
          required
        />
        <div className="flex flex-wrap justify-between gap-3">
          <Button look="ghost" onClick={() => window.location.assign(signInAddress())}>
            Other ways to sign in
          </Button>
          <Button look="primary" type="submit" isBusy={isBusy}>
            Sign in
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Return the token of the second step, or null when there is none. */
async function sendPassword(email: string, password: string): Promise<string | null> {
  const answer = await take(api.POST("/v1/auth/sign-in", { body: { email, password } }));
  return answer.second_factor?.token ?? null;
}

async function sendCode(token: string, code: string): Promise<null> {
  await take(api.POST("/v1/auth/sign-in/code", { body: { token, code } }));
  return null;
}
