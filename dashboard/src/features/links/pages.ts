/** The pages of a list that are here, and what a change does to them. Nothing is asked again for it. */
import type { InfiniteData } from "@tanstack/react-query";
import type { Sort } from "./filter";
import type { Link, LinkPage } from "./link";

export type LinkPages = InfiniteData<LinkPage, string | null>;

const mapPages = (pages: LinkPages, change: (links: Link[]) => Link[]): LinkPages => ({
  ...pages,
  pages: pages.pages.map((page) => {
    const links = change(page.data);
    return links === page.data ? page : { ...page, data: links };
  }),
});

/** Return the pages with the link of this id changed. Pages that do not hold it stay the same objects. */
export function changeLink(pages: LinkPages, id: string, change: (link: Link) => Link): LinkPages {
  return mapPages(pages, (links) =>
    links.some((link) => link.id === id) ? links.map((link) => (link.id === id ? change(link) : link)) : links,
  );
}

/** Return the pages without these links. */
export function removeLinks(pages: LinkPages, ids: ReadonlySet<string>): LinkPages {
  return mapPages(pages, (links) =>
    links.some((link) => ids.has(link.id)) ? links.filter((link) => !ids.has(link.id)) : links,
  );
}

/** Return the pages with the link at its place; as they are when its place lies on a page that is not here yet. */
export function insertLink(pages: LinkPages, link: Link, sort: Sort): LinkPages {
  if (pages.pages.some((page) => page.data.some(({ id }) => id === link.id)))
    return changeLink(pages, link.id, () => link);
  const isBefore = ORDERS[sort];
  let index = pages.pages.findIndex((page) => page.data.some((other) => isBefore(link, other)));
  if (index < 0) {
    if (pages.pages.at(-1)?.next_cursor) return pages;
    index = pages.pages.length - 1;
  }
  return {
    ...pages,
    pages: pages.pages.map((page, at) =>
      at === index ? { ...page, data: insertInto(page.data, link, isBefore) } : page,
    ),
  };
}

type IsBefore = (link: Link, other: Link) => boolean;

const ORDERS: Record<Sort, IsBefore> = {
  "-created_at": (link, other) => link.created_at >= other.created_at,
  created_at: (link, other) => link.created_at < other.created_at,
  "-clicks": (link, other) => link.clicks >= other.clicks,
};

function insertInto(links: Link[], link: Link, isBefore: IsBefore): Link[] {
  const found = links.findIndex((other) => isBefore(link, other));
  const index = found < 0 ? links.length : found;
  return [...links.slice(0, index), link, ...links.slice(index)];
}

/** Return the first pages alone: asking again for all that somebody scrolled by would take hundreds of requests. */
export function cutPages(pages: LinkPages, count: number): LinkPages {
  if (pages.pages.length <= count) return pages;
  return { pages: pages.pages.slice(0, count), pageParams: pages.pageParams.slice(0, count) };
}
