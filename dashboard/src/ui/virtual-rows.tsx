"use client";

/** A long list: only the rows in sight are drawn, however many there are; the next page is asked for ahead of time. */
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { classes } from "./classes";
import { Skeleton } from "./states";
import { useIsLarge } from "./use-is-large";

const OVERSCAN = 8;
const AHEAD = 60;

type Props<T> = {
  label: string;
  items: readonly T[];
  /** How high a row is, on small screens and on large ones. */
  rowRem: { small: number; large: number };
  /** The row that is as high as it needs, for it is edited. */
  edited?: string | null;
  hasMore: boolean;
  isStale: boolean;
  onMore: () => void;
  children: (item: T) => ReactNode;
};

export function VirtualRows<T extends { id: string }>(props: Props<T>) {
  const { label, items, rowRem, edited = null, hasMore, isStale, onMore, children } = props;
  const list = useRef<HTMLOListElement>(null);
  const height = useRowHeight(rowRem);
  const top = useTop(list);
  const rows = useWindowVirtualizer({
    count: items.length + (hasMore ? 1 : 0),
    estimateSize: () => height,
    overscan: OVERSCAN,
    scrollMargin: top,
    getItemKey: (index) => items[index]?.id ?? "more",
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= items.length - AHEAD) onMore();
  }, [hasMore, last, items.length, onMore]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a row that is edited is as high as it needs; then all are alike again
  useLayoutEffect(() => rows.measure(), [height, edited]);

  const walk = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const from = event.target instanceof Element ? event.target.closest("li") : null;
    const isTyping = event.target instanceof HTMLInputElement && event.target.type !== "checkbox";
    if (!step || !from || isTyping || event.defaultPrevented) return;
    const index = Number(from.dataset.index) + step;
    if (!items[index]) return;
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
      aria-label={label}
      aria-busy={isStale}
      onKeyDown={walk}
      className={classes("relative transition-opacity", isStale && "opacity-60")}
      style={{ height: rows.getTotalSize() }}
    >
      {shown.map(({ index, key, start, size }) => {
        const item = items[index];
        const isEdited = item !== undefined && item.id === edited;
        return (
          <li
            key={key}
            data-index={index}
            ref={isEdited ? rows.measureElement : undefined}
            aria-posinset={index + 1}
            aria-setsize={hasMore ? -1 : items.length}
            className="absolute inset-x-0 top-0"
            style={{ transform: `translateY(${start - top}px)`, ...(!isEdited && { height: size }) }}
          >
            {item ? children(item) : <RowSkeleton />}
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
function useRowHeight({ small, large }: { small: number; large: number }): number {
  const isLarge = useIsLarge();
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return Math.round(rem * (isLarge ? large : small));
}

/** Return how far below the top of the page the list begins; what stands above it may grow and shrink. */
function useTop(list: RefObject<HTMLElement | null>): number {
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
