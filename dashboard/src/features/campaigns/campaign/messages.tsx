"use client";

/** Each message: to whom, what it says, and what became of it. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useUrlState } from "@/shell/url-state";
import { Button } from "@/ui/button";
import { SelectField } from "@/ui/field";
import { formatCount } from "@/ui/numbers";
import { Panel } from "@/ui/panel";
import { Empty, Failed, Skeleton, Waiting } from "@/ui/states";
import type { Campaign, MessageStatus } from "../types";
import { messagesQuery } from "../wire";
import { MESSAGE_WORDS } from "../words";
import { MessageRow } from "./message-row";

const STATUSES = Object.keys(MESSAGE_WORDS) as MessageStatus[];

export function Messages({ campaign }: { campaign: Campaign }) {
  const { params, set } = useUrlState();
  const asked = params.get("status");
  const status = STATUSES.find((one) => one === asked) ?? null;
  return (
    <Panel
      title="Messages"
      actions={
        <SelectField
          label="Status of the messages"
          isLabelHidden
          value={status ?? ""}
          onChange={(event) => set({ status: event.currentTarget.value })}
          className="w-44"
        >
          <option value="">All of them</option>
          {STATUSES.map((one) => (
            <option key={one} value={one}>
              {MESSAGE_WORDS[one].label}
            </option>
          ))}
        </SelectField>
      }
    >
      <List campaign={campaign} status={status} onAll={() => set({ status: null })} />
    </Panel>
  );
}

function List({ campaign, status, onAll }: { campaign: Campaign; status: MessageStatus | null; onAll: () => void }) {
  const list = useInfiniteQuery(messagesQuery(campaign.id, status));
  const messages = list.data?.pages.flatMap((page) => page.data) ?? [];
  if (list.isPending) {
    return (
      <Waiting label="Loading the messages" className="grid gap-3">
        {[0, 1, 2, 3].map((row) => (
          <Skeleton key={row} className="h-14 w-full" />
        ))}
      </Waiting>
    );
  }
  if (list.error && !list.data) return <Failed error={list.error} onRetry={() => void list.refetch()} />;
  if (!messages.length) return <Nothing campaign={campaign} status={status} onAll={onAll} />;
  return (
    <>
      <ol aria-label="Messages" className="-my-1 divide-y divide-line">
        {messages.map((message) => (
          <MessageRow key={message.id} message={message} currency={campaign.currency} />
        ))}
      </ol>
      {list.hasNextPage && (
        <div className="flex flex-wrap items-center justify-center gap-3 pt-4">
          <Button isBusy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show more
          </Button>
          <span className="text-sm text-quiet">{formatCount(messages.length)} are shown</span>
        </div>
      )}
    </>
  );
}

type NothingProps = { campaign: Campaign; status: MessageStatus | null; onAll: () => void };

function Nothing({ campaign, status, onAll }: NothingProps) {
  if (status) {
    return (
      <Empty
        title={`No message is ${MESSAGE_WORDS[status].label.toLowerCase()}`}
        action={<Button onClick={onAll}>Show all messages</Button>}
      />
    );
  }
  if (campaign.status === "preparing") {
    return <Empty title="The messages are being written">They stand here as soon as they are ready.</Empty>;
  }
  return <Empty title="Nobody was to be written to">Nobody of the audience had a number and a finished site.</Empty>;
}
