"use client";

/** The numbers that nobody of this workspace writes to. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "@/api/session";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { NoAccess } from "@/ui/no-access";
import { PageHead } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { Empty, Failed, Skeleton, Waiting } from "@/ui/states";
import { BackToAll } from "../back-to-all";
import { optOutsQuery } from "../wire";
import { AddOptOut } from "./add-opt-out";
import { OptOutRow } from "./opt-out-row";

export function OptOutsPage() {
  return useMay("campaigns:read") ? <OptOuts /> : <NoAccess title="Opt-outs" what="see campaigns" />;
}

function OptOuts() {
  const mayWrite = useMay("campaigns:write");
  return (
    <>
      <BackToAll />
      <PageHead
        title="Opt-outs"
        lead="Whoever answers STOP, or its kin in their language, stands here and is not written to until they answer START."
      />
      <div className="grid gap-6">
        {mayWrite && <AddOptOut />}
        <Panel>
          <List mayWrite={mayWrite} />
        </Panel>
      </div>
    </>
  );
}

function List({ mayWrite }: { mayWrite: boolean }) {
  const list = useInfiniteQuery(optOutsQuery);
  const [typed, setTyped] = useState("");
  if (list.isPending) {
    return (
      <Waiting label="Loading the opt-outs" className="grid gap-3">
        {[0, 1, 2].map((row) => (
          <Skeleton key={row} className="h-12 w-full" />
        ))}
      </Waiting>
    );
  }
  if (list.error && !list.data) return <Failed error={list.error} onRetry={() => void list.refetch()} />;
  const all = list.data?.pages.flatMap((page) => page.data) ?? [];
  if (!all.length) {
    return (
      <Empty title="Nobody opted out">
        Answers with STOP are put here by themselves, once your provider sends them to Vayro.
      </Empty>
    );
  }
  const digits = typed.replace(/[^\d]/g, "");
  const shown = all.filter(({ phone }) => phone.includes(digits));
  return (
    <div className="grid gap-3">
      {(all.length > 5 || typed) && (
        <TextField
          type="search"
          label="Find a number"
          isLabelHidden
          placeholder="Find a number"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      {shown.length ? (
        <ul aria-label="Opt-outs" className="divide-y divide-line">
          {shown.map((one) => (
            <OptOutRow key={one.phone} optOut={one} mayWrite={mayWrite} />
          ))}
        </ul>
      ) : (
        <Empty title="No number is like that">
          {list.hasNextPage ? "Not all are loaded yet: show more of them." : null}
        </Empty>
      )}
      {list.hasNextPage && (
        <Button
          className="justify-self-center"
          isBusy={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </div>
  );
}
