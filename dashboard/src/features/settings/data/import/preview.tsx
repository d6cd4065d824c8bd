import { toLink } from "./convert";
import { FIELDS, type FieldName, type Mapping } from "./fields";
import type { Table } from "./job";

const SHOWN = 5;

/** The first rows, as the links that they would become. */
export function Preview({ table, mapping, extraTags }: { table: Table; mapping: Mapping; extraTags: string }) {
  const first = table.hasHeader ? 1 : 0;
  const tags = extraTags.split(",").map((tag) => tag.trim());
  const links = table.rows
    .slice(first, first + SHOWN)
    .map((cells, row) => toLink(cells, mapping, tags.filter(Boolean), { import: "", row }) as Record<string, unknown>);
  const shown = FIELDS.filter(({ name }) => mapping[name] !== undefined || (name === "tags" && tags.some(Boolean)));
  if (!shown.length || !links.length) return null;
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
            {links.map((link, row) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file keep their places
              <tr key={row} className="border-b border-line last:border-0">
                {shown.map(({ name }) => (
                  <td key={name} className="max-w-64 truncate px-3 py-2 font-mono">
                    {show(link, name)}
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

function show(link: Record<string, unknown>, name: FieldName): string {
  const value = link[name];
  if (value === undefined || value === "") return "–";
  if (name === "password") return "••••";
  if (name === "metadata")
    return JSON.stringify(value, (key, inner) => (key === "import" || key === "row" ? undefined : inner));
  return Array.isArray(value) ? value.join(", ") : String(value);
}
