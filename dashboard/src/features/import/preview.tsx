import type { Table } from "./job";
import type { Kind, Mapping, Options } from "./kind";
import { useImport } from "./use-job";

const SHOWN = 5;

/** The first rows, as what they would become. */
export function Preview({ table, mapping, options }: { table: Table; mapping: Mapping; options: Options }) {
  const first = table.hasHeader ? 1 : 0;
  const { kind } = useImport();
  const things = table.rows
    .slice(first, first + SHOWN)
    .map((cells, row) => kind.convert(cells, mapping, options, { import: "", row }) as Record<string, unknown>);
  const shown = kind.fields.filter(({ name }) => {
    return mapping[name] !== undefined || things.some((thing) => isSaid(name, thing[name]));
  });
  if (!shown.length || !things.length) return null;
  return (
    <div className="grid gap-2">
      <h3 id="preview">What the first rows become</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways, and so must be reached by keyboard */}
      <section tabIndex={0} aria-labelledby="preview" className="overflow-x-auto rounded-md border border-line">
        <table className="w-full text-sm">
          <thead>
            <tr className="border-b border-line text-left text-quiet">
              {shown.map(({ name, label }) => (
                <th key={name} scope="col" className="px-3 py-2 font-medium whitespace-nowrap">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {things.map((thing, row) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file keep their places
              <tr key={row} className="border-b border-line last:border-0">
                {shown.map(({ name }) => (
                  <td key={name} className="max-w-64 truncate px-3 py-2 font-mono">
                    {show(kind, name, thing[name])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

/** Whether it says something of its own: what only tells where a row came from is not shown. */
const isSaid = (name: string, value: unknown): boolean => name !== "metadata" && value !== undefined && value !== "";

function show(kind: Kind, name: string, value: unknown): string {
  if (value === undefined || value === "") return "–";
  return kind.show?.(name, value) ?? (Array.isArray(value) ? value.join(", ") : String(value));
}
