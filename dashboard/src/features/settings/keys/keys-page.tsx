"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { api, type Schemas, take } from "@/api/client";
import { useMay } from "@/api/session";
import { Button } from "@/ui/button";
import { PageHead } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { Empty } from "@/ui/states";
import { Loaded } from "../loaded";
import { NeedsAdmin } from "../needs-admin";
import { KEYS_KEY } from "../query-keys";
import { Rows } from "../rows";
import { isOver, KeyRow } from "./key-row";

const NewKey = dynamic(() => import("./new-key").then((module) => module.NewKey), { ssr: false });

export function KeysPage() {
  return useMay("admin") ? <Keys /> : <NeedsAdmin title="API keys" what="make and revoke its keys" />;
}

function Keys() {
  const [isMaking, setMaking] = useState(false);
  const keys = useQuery({
    queryKey: KEYS_KEY,
    queryFn: ({ signal }) => take(api.GET("/v1/keys", { signal })),
  });
  const make = (
    <Button look="primary" icon={Plus} onClick={() => setMaking(true)}>
      New key
    </Button>
  );
  return (
    <>
      <PageHead
        title="API keys"
        lead="What programs sign in with. A key never allows more than the person it stands for may do."
        actions={make}
      />
      <Panel>
        <Loaded query={keys} label="Loading the keys">
          {({ data }) => <KeyList keys={data} onMake={() => setMaking(true)} />}
        </Loaded>
      </Panel>
      {isMaking && <NewKey onClose={() => setMaking(false)} />}
    </>
  );
}

function KeyList({ keys, onMake }: { keys: readonly Schemas["ApiKey"][]; onMake: () => void }) {
  const newest = [...keys].reverse();
  const good = newest.filter((key) => !isOver(key));
  const over = newest.filter(isOver);
  return (
    <div className="grid gap-4">
      {good.length ? (
        <Rows label="API keys">
          {good.map((key) => (
            <KeyRow key={key.id} apiKey={key} />
          ))}
        </Rows>
      ) : (
        <Empty title="No key works at present" action={<Button onClick={onMake}>Make a key</Button>}>
          With a key, a script or another program makes links and reads their clicks.
        </Empty>
      )}
      {over.length > 0 && (
        <details>
          <summary className="cursor-pointer py-1 text-sm text-quiet hover:text-ink">
            Revoked and expired (<span className="figures">{over.length}</span>)
          </summary>
          <div className="mt-2">
            <Rows label="Revoked and expired keys">
              {over.map((key) => (
                <KeyRow key={key.id} apiKey={key} />
              ))}
            </Rows>
          </div>
        </details>
      )}
    </div>
  );
}
