"use client";

import Link from "next/link";
import type { Schemas } from "@/api/client";
import { useUrlState, withPatch } from "@/shell/url-state";
import { Panel } from "@/ui/panel";
import { RowBody, SHOWN } from "./breakdown";

/** The links with most clicks. Each leads to its own analytics, with the same range and filters. */
export function TopLinks({ links, total }: { links: readonly Schemas["LinkClicks"][]; total: number }) {
  const { params } = useUrlState();
  return (
    <Panel className="md:col-span-2 xl:col-span-3">
      <header className="mb-2 flex items-baseline justify-between gap-3">
        <h2 className="text-base">Links</h2>
        <span aria-hidden className="text-xs text-quiet">
          Clicks
        </span>
      </header>
      {links.length === 0 && <p className="py-2 text-sm text-quiet">Nothing in this range.</p>}
      <ul aria-label="Links" className="-mx-2.5 grid gap-0.5">
        {links.slice(0, SHOWN).map(({ link_id, short_code, clicks }) => (
          <li key={link_id}>
            <Link
              href={`/analytics?${withPatch(params, { link: link_id, tag: null })}`}
              className="block rounded-md no-underline hover:bg-sunken"
            >
              <RowBody
                name={<span className="font-mono">/{short_code}</span>}
                clicks={clicks}
                total={total}
                most={links[0]?.clicks ?? 1}
              />
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
