"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, take } from "@/api/client";
import { useSession } from "@/api/session";
import { Button } from "@/ui/button";
import { Panel } from "@/ui/panel";
import { ProofDialog } from "../proof-dialog";

/** Erases the account, after saying what goes with it. */
export function ErasePanel() {
  const { user } = useSession();
  const client = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const prove = async (password: string) => {
    await take(api.POST("/v1/account/erase", { body: { password } }));
    client.clear();
    window.location.assign("/sign-in");
  };
  return (
    <Panel title="Erase the account">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="min-w-0 grow basis-72 text-sm text-quiet">
          Your account goes, and the workspaces that only you belong to, with their links and clicks. Nothing of it can
          be brought back.
        </p>
        <Button look="danger" onClick={() => setAsking(true)}>
          Erase my account
        </Button>
      </div>
      <ProofDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title="Erase your account?"
        label="Erase for good"
        isDangerous
        prove={prove}
      >
        <ul className="grid list-disc gap-1 pl-5">
          <li>
            The account <span className="text-ink wrap-anywhere">{user.email}</span>, its sessions and its keys.
          </li>
          <li>Every workspace that only you belong to: links, clicks, domains, the audit log.</li>
          <li>Those links answer “not found” within a second, wherever they are printed.</li>
        </ul>
        <p>
          Workspaces with other members stay, with the links you made in them. You may want to download your data first.
        </p>
      </ProofDialog>
    </Panel>
  );
}
