"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, take } from "@/api/client";
import { SESSION_KEY, useSession } from "@/api/session";
import { Button } from "@/ui/button";
import { Badge, Panel } from "@/ui/panel";
import { useToast } from "@/ui/toast";
import { ProofDialog } from "../proof-dialog";
import { METHODS_KEY } from "../query-keys";

/** Signing in at another provider. Nothing where the installation has none. */
export function IdentityPanel() {
  const { user } = useSession();
  const methods = useQuery({
    queryKey: METHODS_KEY,
    queryFn: ({ signal }) => take(api.GET("/v1/auth/methods", { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [isAsking, setAsking] = useState(false);
  const client = useQueryClient();
  const toast = useToast();
  const provider = methods.data?.provider;
  if (!provider) return null;

  const prove = async (password: string) => {
    if (!user.is_linked) {
      const { address } = await take(api.POST("/v1/auth/oidc/link", { body: { password } }));
      window.location.assign(address);
      return;
    }
    await take(api.POST("/v1/auth/oidc/unlink", { body: { password } }));
    await client.invalidateQueries({ queryKey: SESSION_KEY });
    setAsking(false);
    toast.done(`${provider} opens this account no more.`);
  };
  return (
    <Panel title={`Sign in with ${provider}`}>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="flex flex-wrap items-center gap-2">
          {user.is_linked && <Badge tone="good">Linked</Badge>}
          {user.is_linked
            ? `Whoever signs in at ${provider} as you is let in here.`
            : `Link your account, and ${provider} lets you in here, too.`}
        </p>
        <Button onClick={() => setAsking(true)}>{user.is_linked ? "Unlink" : "Link my account"}</Button>
      </div>
      <ProofDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={user.is_linked ? `Unlink ${provider}` : `Link ${provider}`}
        label={user.is_linked ? "Unlink" : `Go to ${provider}`}
        prove={prove}
      >
        <p>
          {user.is_linked
            ? "Your password is the only way in from then on."
            : `You sign in there, and come back. From then on ${provider} opens this account.`}
        </p>
      </ProofDialog>
    </Panel>
  );
}
