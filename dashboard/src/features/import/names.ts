/** Columns by what they are called. */
import type { Field, Mapping } from "./kind";

/** Return a name as letters and digits alone. */
export const plainName = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

/** Return in which column each field is, by its known names, of which the first that is there is taken. */
export function findColumns(
  fields: readonly Field[],
  known: Readonly<Record<string, readonly string[]>>,
  header: readonly string[],
): Mapping {
  const names = header.map(plainName);
  const mapping: Mapping = {};
  const taken = new Set<number>();
  for (const { name } of fields) {
    const columns = (known[name] ?? []).map((one) => names.indexOf(one));
    const column = columns.find((index) => index >= 0 && !taken.has(index));
    if (column === undefined) continue;
    mapping[name] = column;
    taken.add(column);
  }
  return mapping;
}
