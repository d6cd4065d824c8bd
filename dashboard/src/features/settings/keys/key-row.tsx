"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Schemas, take } from "@/api/client";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { formatAgo, formatDate } from "@/ui/numbers";
import { Badge } from "@/ui/panel";
import { useToast } from "@/ui/toast";
import { KEYS_KEY } from "../query-keys";
import { Facts, Row } from "../rows";
import { EVERYTHING } from "./scopes";

type ApiKey = Schemas["ApiKey"];

const SOON_MS = 14 * 86_400_000;

/** Whether a key is refused: it was revoked, or has expired. */
export const isOver = ({ revoked_at, expires_at }: ApiKey): boolean =>
  revoked_at !== null || (expires_at !== null && Date.parse(expires_at) <= Date.now());

export function KeyRow({ apiKey }: { apiKey: ApiKey }) {
  return (
    <Row
      title={apiKey.name}
      isFaded={isOver(apiKey)}
      badges={<State apiKey={apiKey} />}
      actions={!isOver(apiKey) && <Revoke apiKey={apiKey} />}
    >
      <p className="mb-1 font-mono text-sm wrap-anywhere">
        {apiKey.prefix}… <span className="sr-only">may do </span>
        {apiKey.scopes.includes(EVERYTHING) ? "all that its person may" : apiKey.scopes.join(" ")}
      </p>
      <Facts>
        {apiKey.last_used_at ? `Last used ${formatAgo(apiKey.last_used_at)}` : "Never used"}
        {`Made ${formatDate(apiKey.created_at)}`}
        {apiKey.expires_at && !isOver(apiKey) ? `Expires ${formatDate(apiKey.expires_at)}` : null}
        <span className="wrap-anywhere">{`For ${apiKey.user_email}`}</span>
      </Facts>
    </Row>
  );
}

function State({ apiKey: { revoked_at, expires_at } }: { apiKey: ApiKey }) {
  if (revoked_at) return <Badge>Revoked {formatDate(revoked_at)}</Badge>;
  if (!expires_at) return null;
  const left = Date.parse(expires_at) - Date.now();
  if (left <= 0) return <Badge>Expired {formatDate(expires_at)}</Badge>;
  return left < SOON_MS ? <Badge tone="warn">Expires {formatAgo(expires_at)}</Badge> : null;
}

function Revoke({ apiKey }: { apiKey: ApiKey }) {
  const [isAsking, setAsking] = useState(false);
  const client = useQueryClient();
  const toast = useToast();
  const revoke = useMutation({
    mutationFn: () => take(api.DELETE("/v1/keys/{key_id}", { params: { path: { key_id: apiKey.id } } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: KEYS_KEY });
      toast.done(`The key ${apiKey.name} is revoked.`);
    },
    onError: (error) => toast.failed(error),
    onSettled: () => setAsking(false),
  });
  return (
    <>
      <Button size="sm" look="danger" onClick={() => setAsking(true)} aria-label={`Revoke ${apiKey.name}`}>
        Revoke
      </Button>
      <Confirm
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={`Revoke ${apiKey.name}?`}
        label="Revoke the key"
        isBusy={revoke.isPending}
        onConfirm={() => revoke.mutate()}
      >
        Whatever uses <span className="font-mono text-ink">{apiKey.prefix}…</span> is refused within a second. This
        cannot be taken back.
      </Confirm>
    </>
  );
}
