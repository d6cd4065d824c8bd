"use client";

import { Plus, X } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { Button, IconButton } from "@/ui/button";

/** A list within a form, to which something is added and from which something goes. */
export function Lines({
  title,
  one,
  count,
  most,
  error,
  onAdd,
  onRemove,
  children,
}: {
  title: string;
  one: string;
  count: number;
  most: number;
  error: string | undefined;
  onAdd: () => void;
  onRemove: (at: number) => void;
  children: (at: number) => ReactNode;
}) {
  const list = useRef<HTMLUListElement>(null);
  const add = () => {
    onAdd();
    // What was added is what will be typed into.
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>("li:last-child input")?.focus());
  };
  return (
    <section aria-label={title} className="grid gap-3 border-t border-line pt-4">
      <div className="flex items-baseline justify-between gap-3">
        <h2 className="text-base">{title}</h2>
        <span className="figures text-sm text-quiet">
          {count}/{most}
        </span>
      </div>
      {count > 0 && (
        <ul ref={list} className="grid gap-3">
          {Array.from({ length: count }, (_, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have nothing else to be told apart by
            <li key={at} className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-1">
              <div className="grid min-w-0 gap-1.5">{children(at)}</div>
              <IconButton label={`Remove ${one} ${at + 1}`} icon={X} className="-mr-2" onClick={() => onRemove(at)} />
            </li>
          ))}
        </ul>
      )}
      {error && (
        <p role="alert" className="text-xs font-medium text-bad">
          {error}
        </p>
      )}
      {count < most && (
        <div>
          <Button size="sm" icon={Plus} onClick={add}>
            Add {one === "offer" ? "an" : "a"} {one}
          </Button>
        </div>
      )}
    </section>
  );
}
