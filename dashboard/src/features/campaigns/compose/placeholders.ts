/** What may stand in a text of one's own; the server fills it in for each business. */
export const PLACEHOLDERS = [
  { name: "business", label: "Name of the business" },
  { name: "link", label: "Link of its site" },
  { name: "sender", label: "Your workspace" },
  { name: "category", label: "Its category" },
] as const;

export type Values = Record<(typeof PLACEHOLDERS)[number]["name"], string>;

const LINK = "{link}";

/** Return the text as it will be, about: for the moment until the server says it exactly. */
export function fillIn(text: string, values: Values): string {
  const whole = text.includes(LINK) ? text : `${text.trim()} ${LINK}`;
  return whole.replace(/\{([^{}\n]*)\}/g, (found, name: string) =>
    name in values ? values[name as keyof Values] : found,
  );
}

/** Return the text with something put in at a place, with spaces around it where words would stick together. */
export function insertAt(text: string, start: number, end: number, part: string): { text: string; caret: number } {
  const before = text.slice(0, start);
  const after = text.slice(end);
  const left = before && !/[\s(]$/.test(before) ? " " : "";
  const right = after && !/^[\s.,;:!?)]/.test(after) ? " " : "";
  const put = `${before}${left}${part}${right}`;
  return { text: put + after, caret: put.length };
}
