"use client";

/** The list: only the rows in sight are drawn, however many there are; the next page is asked for ahead of time. */
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { classes } from "@/ui/classes";
import { Skeleton } from "@/ui/states";
import type { Link } from "../link";
import { LinkRow, type RowActions } from "./link-row";

const ROW_REM = 4.5;
const SMALL_ROW_REM = 6.75;
const LARGE = "(min-width: 64rem)";
const OVERSCAN = 8;
const AHEAD = 60;

type Props = {
  links: readonly Link[];
  chosen: ReadonlySet<string>;
  edited: string | null;
  menu: string | null;
  mayWrite: boolean;
  mayAnalyse: boolean;
  actions: RowActions;
  hasMore: boolean;
  isStale: boolean;
  onMore: () => void;
};

export function LinkList({ links, chosen, edited, menu, hasMore, isStale, onMore, ...row }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const height = useRowHeight();
  const top = useTop(list);
  const rows = useWindowVirtualizer({
    count: links.length + (hasMore ? 1 : 0),
    estimateSize: () => height,
    overscan: OVERSCAN,
    scrollMargin: top,
    getItemKey: (index) => links[index]?.id ?? "more",
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= links.length - AHEAD) onMore();
  }, [hasMore, last, links.length, onMore]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a row that is edited is as high as it needs; then all are alike again
  useLayoutEffect(() => rows.measure(), [height, edited]);

  const walk = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const from = event.target instanceof Element ? event.target.closest("li") : null;
    const isTyping = event.target instanceof HTMLInputElement && event.target.type !== "checkbox";
    if (!step || !from || isTyping || event.defaultPrevented) return;
    const index = Number(from.dataset.index) + step;
    if (!links[index]) return;
    event.preventDefault();
    const column = focusables(from).indexOf(event.target as HTMLElement);
    rows.scrollToIndex(index, { align: "auto" });
    requestAnimationFrame(() => {
      const to = list.current?.querySelector<HTMLElement>(`li[data-index="${index}"]`);
      const targets = to ? focusables(to) : [];
      (targets[column] ?? targets.at(-1))?.focus();
    });
  };

  return (
    <ol
      ref={list}
      aria-label="Links"
      aria-busy={isStale}
      onKeyDown={walk}
      className={classes("relative transition-opacity", isStale && "opacity-60")}
      style={{ height: rows.getTotalSize() }}
    >
      {shown.map(({ index, key, start, size }) => {
        const link = links[index];
        const isEdited = link?.id === edited;
        return (
          <li
            key={key}
            data-index={index}
            ref={isEdited ? rows.measureElement : undefined}
            aria-posinset={index + 1}
            aria-setsize={hasMore ? -1 : links.length}
            className="absolute inset-x-0 top-0"
            style={{ transform: `translateY(${start - top}px)`, ...(!isEdited && { height: size }) }}
          >
            {link ? (
              <LinkRow
                link={link}
                isChosen={chosen.has(link.id)}
                isEdited={isEdited}
                hasMenu={menu === link.id}
                {...row}
              />
            ) : (
              <RowSkeleton />
            )}
          </li>
        );
      })}
    </ol>
  );
}

export function RowSkeleton() {
  return (
    <div className="grid h-full min-h-16 grid-cols-[2.5rem_minmax(0,1fr)_5rem] items-center gap-2 border-b border-line px-2 py-3">
      <Skeleton className="mx-auto size-4.5" />
      <div className="grid gap-2">
        <Skeleton className="h-4 w-48 max-w-full" />
        <Skeleton className="h-3.5 w-80 max-w-full" />
      </div>
      <Skeleton className="h-4 w-12 justify-self-end" />
    </div>
  );
}

const focusables = (row: Element): HTMLElement[] => [...row.querySelectorAll<HTMLElement>("a, button, input")];

/** Return the height of a row in pixels: it follows the size of type that people chose in their browser. */
function useRowHeight(): number {
  const [isLarge, setLarge] = useState(() => window.matchMedia(LARGE).matches);
  useEffect(() => {
    const media = window.matchMedia(LARGE);
    const listen = () => setLarge(media.matches);
    media.addEventListener("change", listen);
    return () => media.removeEventListener("change", listen);
  }, []);
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return Math.round(rem * (isLarge ? ROW_REM : SMALL_ROW_REM));
}

/** Return how far below the top of the page the list begins; what stands above it may grow and shrink. */
function useTop(list: React.RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => {
      const box = list.current?.getBoundingClientRect();
      if (box) setTop(Math.round(box.top + window.scrollY));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [list]);
  return top;
}
