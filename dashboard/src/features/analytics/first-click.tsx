"use client";

import type { Schemas } from "@/api/client";
import { ButtonLink } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Panel } from "@/ui/panel";
import { Empty } from "@/ui/states";
import { LiveMark } from "./live-panel";
import type { LiveState } from "./use-live";

/** Before the first click: how to get it. */
export function FirstClick({ link, live }: { link: Schemas["Link"]; live: LiveState }) {
  return (
    <Panel>
      <Empty
        title="No clicks yet"
        action={
          <div className="flex max-w-full flex-wrap items-center justify-center gap-2">
            <code className="max-w-full truncate rounded-md border border-line bg-sunken px-3 py-2 font-mono text-sm">
              {link.short_url}
            </code>
            <CopyButton text={link.short_url} what="short link" label="Copy" size="md" />
            <ButtonLink href={link.short_url} target="_blank" rel="noreferrer noopener" prefetch={false}>
              Open it
            </ButtonLink>
          </div>
        }
      >
        <p>
          Put the short link where people see it, or open it yourself. The first click shows up here within two seconds.
        </p>
        <div className="mt-3 grid justify-items-center">
          <LiveMark state={live} />
        </div>
      </Empty>
    </Panel>
  );
}

/** Before the first link. */
export function FirstLink({ mayWrite }: { mayWrite: boolean }) {
  return (
    <Panel>
      <Empty
        title="Nothing to count yet"
        action={
          mayWrite && (
            <ButtonLink look="primary" href="/?new=1">
              Make a short link
            </ButtonLink>
          )
        }
      >
        Clicks of all links of this workspace come together here. There is no link so far.
      </Empty>
    </Panel>
  );
}
