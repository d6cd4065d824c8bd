/** The calls of an import. */
import { api, type Schemas, take } from "@/api/client";
import type { Row } from "@/features/import/chunks";
import type { Outcome } from "@/features/import/send";
import type { NewLink } from "./fields";

const PAGE = 200;
/** The links of a portion are among the newest: further back than this there are none of it. */
const MAX_PAGES = 100;

type Link = Schemas["Link"];

/** Send links, or ask what would become of them; return what became of each, in order. */
export async function sendLinks(links: readonly NewLink[], isDryRun: boolean): Promise<Outcome[]> {
  const body = { links: links as Schemas["LinkCreate"][], dry_run: isDryRun };
  const { results } = await take(api.POST("/v1/links/bulk", { body }));
  return results.map((result) => ("error" in result ? result.error : null));
}

/** Return when the newest link of the workspace was made; null where there is none. */
export async function readNewest(): Promise<string | null> {
  const { data } = await take(api.GET("/v1/links", { params: { query: { sort: "-created_at", limit: 1 } } }));
  return data[0]?.created_at ?? null;
}

/**
 * Return the rows whose links are there. Each link of an import says in its metadata which import and which row it
 * comes from, so that no other can be taken for it.
 *
 * Args: since, when the newest link was made before the import began.
 */
export async function findMade(
  importId: string,
  rows: readonly Row<NewLink>[],
  since: string | null,
): Promise<Set<number>> {
  const wanted = new Set(rows.map(({ index }) => index));
  const first = Math.min(...wanted);
  const found = new Set<number>();
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const query = { sort: "-created_at" as const, limit: PAGE, cursor };
    const { data, next_cursor } = await take(api.GET("/v1/links", { params: { query } }));
    for (const link of data) {
      const row = rowOf(link, importId);
      if (row !== null && wanted.has(row)) found.add(row);
    }
    const isPast = data.some((link) => isBefore(link, importId, first, since));
    if (isPast || found.size === wanted.size || !next_cursor) break;
    cursor = next_cursor;
  }
  return found;
}

function rowOf({ metadata }: Link, importId: string): number | null {
  return metadata.import === importId && typeof metadata.row === "number" ? metadata.row - 1 : null;
}

/** Whether a link is older than all of the portion: of an earlier portion, or from before the import. */
function isBefore(link: Link, importId: string, first: number, since: string | null): boolean {
  const row = rowOf(link, importId);
  if (row !== null) return row < first;
  return since !== null && Date.parse(link.created_at) <= Date.parse(since);
}
