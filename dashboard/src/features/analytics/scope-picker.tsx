"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import dynamic from "next/dynamic";
import { type ReactNode, useDeferredValue, useState } from "react";
import { foundLinksQuery, tagsQuery } from "@/api/lists";
import { Popover } from "@/ui/popover";
import type { OwnSource } from "./use-analytics";

const PickList = dynamic(() => import("./pick-list").then((module) => module.PickList), { ssr: false });

const MAX_LINKS = 8;
const MAX_TAGS = 4;
const ALL = "all";

/** The name of what is shown, and behind it everything else that could be. */
export function ScopePicker({ children, onPick }: { children: ReactNode; onPick: (source: OwnSource) => void }) {
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const q = useDeferredValue(typed.trim());
  const links = useQuery({
    ...foundLinksQuery(q, MAX_LINKS),
    enabled: isOpen,
    placeholderData: keepPreviousData,
  });
  const tags = useQuery({ ...tagsQuery, enabled: isOpen });
  const isSought = (text: string) => text.toLowerCase().includes(q.toLowerCase());
  const foundTags = (tags.data ?? []).filter(({ tag }) => isSought(tag)).slice(0, MAX_TAGS);
  const pick = (value: string) => {
    setOpen(false);
    setTyped("");
    const [kind, name = ""] = split(value);
    onPick(kind === "link" ? { link: name } : { tag: kind === "tag" ? name : null });
  };
  return (
    <Popover
      label="Choose what is shown"
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <button
          type="button"
          className="inline-flex max-w-full min-w-0 items-center gap-2 rounded-md px-2 py-1 text-left hover:bg-sunken"
        >
          <span className="sr-only">Analytics of </span>
          <span className="min-w-0 truncate">{children}</span>
          <ChevronDown aria-hidden className="size-5 shrink-0 text-quiet" />
        </button>
      }
    >
      <PickList
        label="Search links and tags"
        placeholder="Code, title, destination or tag"
        empty={links.isPending ? "Searching" : "No link or tag is called that."}
        typed={typed}
        onType={setTyped}
        groups={[
          {
            heading: "Everything",
            items: isSought("all links") ? [{ value: ALL, label: "All links", aside: null }] : [],
          },
          {
            heading: "Tags",
            items: foundTags.map(({ tag, links: count }) => ({
              value: `tag ${tag}`,
              label: `#${tag}`,
              aside: count === 1 ? "1 link" : `${count} links`,
            })),
          },
          {
            heading: "Links",
            items: (links.data ?? []).map((link) => ({
              value: `link ${link.id}`,
              label: <span className="font-mono">{link.short_code}</span>,
              aside: link.title ?? link.target_url,
            })),
          },
        ]}
        onPick={pick}
      />
    </Popover>
  );
}

function split(value: string): [string, string?] {
  const at = value.indexOf(" ");
  return at < 0 ? [value] : [value.slice(0, at), value.slice(at + 1)];
}
