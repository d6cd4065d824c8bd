"use client";

import { Pencil } from "lucide-react";
import type { ReactNode } from "react";
import type { Schemas } from "@/api/client";
import { useMay } from "@/api/session";
import { ButtonLink } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Badge } from "@/ui/panel";
import { ScopePicker } from "./scope-picker";
import type { OwnSource } from "./use-analytics";

/** Whose clicks these are, and what can be done with them. */
export function ScopeHead({
  source,
  link,
  onPick,
  actions,
}: {
  source: OwnSource;
  link: Schemas["Link"] | undefined;
  onPick: (source: OwnSource) => void;
  actions: ReactNode;
}) {
  const mayEdit = useMay("links:write");
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="grid min-w-0 gap-1">
        <div className="-ml-2 flex min-w-0 items-center gap-1">
          <h1 className="min-w-0 text-2xl">
            <ScopePicker onPick={onPick}>
              <ScopeName source={source} link={link} />
            </ScopePicker>
          </h1>
          {link && <CopyButton text={link.short_url} what="short link" size="md" />}
        </div>
        {link && <LinkLine link={link} />}
      </div>
      <div className="flex flex-wrap items-center gap-2">
        {link && mayEdit && (
          <ButtonLink icon={Pencil} href={`/?link=${link.id}`}>
            Edit link
          </ButtonLink>
        )}
        {actions}
      </div>
    </header>
  );
}

function ScopeName({ source, link }: { source: OwnSource; link: Schemas["Link"] | undefined }) {
  if ("link" in source) return <span className="font-mono">{link ? `/${link.short_code}` : "…"}</span>;
  return source.tag === null ? "All links" : `#${source.tag}`;
}

function LinkLine({ link }: { link: Schemas["Link"] }) {
  return (
    <p className="flex min-w-0 flex-wrap items-center gap-x-2 text-sm text-quiet">
      {link.title && <span className="font-medium text-ink">{link.title}</span>}
      <a
        href={link.target_url}
        target="_blank"
        rel="noreferrer noopener"
        className="min-w-0 truncate underline hover:text-ink"
      >
        {link.target_url}
      </a>
      {!link.is_active && <Badge tone="warn">Switched off</Badge>}
    </p>
  );
}
