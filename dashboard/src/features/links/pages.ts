/** The orders that lists of links have. */
import { type IsBefore, insertItem, type Pages } from "@/api/pages";
import type { Sort } from "./filter";
import type { Link } from "./link";

export type LinkPages = Pages<Link>;

const ORDERS: Record<Sort, IsBefore<Link>> = {
  "-created_at": (link, other) => link.created_at >= other.created_at,
  created_at: (link, other) => link.created_at < other.created_at,
  "-clicks": (link, other) => link.clicks >= other.clicks,
};

/** Return the pages with the link at its place; as they are when its place lies on a page that is not here yet. */
export const insertLink = (pages: LinkPages, link: Link, sort: Sort): LinkPages =>
  insertItem(pages, link, ORDERS[sort]);
