/** What was refused, and why: for the eyes by reason, for a spreadsheet row by row. */
import type { Problem } from "@/api/errors";
import { toCsvLine } from "./csv";

export type Failure = { index: number; code: string; title: string; field: string | null; detail: string };

export type Reason = { key: string; label: string; example: string; count: number; firstIndex: number };

export function failureOf(index: number, problem: Problem): Failure {
  const [first] = problem.errors ?? [];
  return {
    index,
    code: problem.code,
    title: problem.title,
    field: problem.field ?? first?.field ?? null,
    detail: problem.detail || (first?.message ?? ""),
  };
}

/** Return the reasons, the commonest first. */
export function groupByReason(failures: readonly Failure[]): Reason[] {
  const reasons = new Map<string, Reason>();
  for (const { index, code, title, field, detail } of failures) {
    const isGeneral = code === "validation_failed";
    const key = isGeneral ? `${code} ${field ?? ""}` : code;
    const known = reasons.get(key);
    if (known) known.count += 1;
    else {
      const label = isGeneral && field ? `Something is wrong with ${field}` : title;
      reasons.set(key, { key, label, example: detail, count: 1, firstIndex: index });
    }
  }
  return [...reasons.values()].sort((one, other) => other.count - one.count);
}

/** Return the rows that failed as a file: their cells as they were, their number in the file, and the reason. */
export function writeFailures(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  failures: readonly Failure[],
  firstLine: number,
): Blob {
  const parts = ["\ufeff", toCsvLine([...header, "row", "problem"])];
  for (const { index, detail } of [...failures].sort((one, other) => one.index - other.index)) {
    const cells = header.map((_, column) => rows[index]?.[column] ?? "");
    parts.push(toCsvLine([...cells, String(index + firstLine), detail]));
  }
  return new Blob(parts, { type: "text/csv;charset=utf-8" });
}
