/** The pages of a list that are here, and what a change does to them. Nothing is asked again for it. */
import type { InfiniteData } from "@tanstack/react-query";

export type Page<T> = { data: T[]; next_cursor: string | null };
export type Pages<T> = InfiniteData<Page<T>, string | null>;
type Item = { id: string };

const mapPages = <T>(pages: Pages<T>, change: (items: T[]) => T[]): Pages<T> => ({
  ...pages,
  pages: pages.pages.map((page) => {
    const items = change(page.data);
    return items === page.data ? page : { ...page, data: items };
  }),
});

/** Return the pages with the item of this id changed. Pages that do not hold it stay the same objects. */
export function changeItem<T extends Item>(pages: Pages<T>, id: string, change: (item: T) => T): Pages<T> {
  return mapPages(pages, (items) =>
    items.some((item) => item.id === id) ? items.map((item) => (item.id === id ? change(item) : item)) : items,
  );
}

/** Return the pages without these items. */
export function removeItems<T extends Item>(pages: Pages<T>, ids: ReadonlySet<string>): Pages<T> {
  return mapPages(pages, (items) =>
    items.some((item) => ids.has(item.id)) ? items.filter((item) => !ids.has(item.id)) : items,
  );
}

export type IsBefore<T> = (item: T, other: T) => boolean;

/** Return the pages with the item at its place; as they are when its place lies on a page that is not here yet. */
export function insertItem<T extends Item>(pages: Pages<T>, item: T, isBefore: IsBefore<T>): Pages<T> {
  if (pages.pages.some((page) => page.data.some(({ id }) => id === item.id)))
    return changeItem(pages, item.id, () => item);
  let index = pages.pages.findIndex((page) => page.data.some((other) => isBefore(item, other)));
  if (index < 0) {
    if (pages.pages.at(-1)?.next_cursor) return pages;
    index = pages.pages.length - 1;
  }
  return {
    ...pages,
    pages: pages.pages.map((page, at) =>
      at === index ? { ...page, data: insertInto(page.data, item, isBefore) } : page,
    ),
  };
}

function insertInto<T>(items: T[], item: T, isBefore: IsBefore<T>): T[] {
  const found = items.findIndex((other) => isBefore(item, other));
  const index = found < 0 ? items.length : found;
  return [...items.slice(0, index), item, ...items.slice(index)];
}

/** Return the first pages alone: asking again for all that somebody scrolled by would take hundreds of requests. */
export function cutPages<T>(pages: Pages<T>, count: number): Pages<T> {
  if (pages.pages.length <= count) return pages;
  return { pages: pages.pages.slice(0, count), pageParams: pages.pageParams.slice(0, count) };
}
