/** The cells of a row as text. */
import type { Mapping } from "./kind";

/** A spreadsheet takes such cells for formulas; exports put an apostrophe before them, which is no part of the text. */
const GUARDED = /^'(?=[=+\-@\t\r'])/;

/** Return what a row says, field by field; empty cells say nothing. */
export function* readCells(cells: readonly string[], mapping: Mapping): Generator<[string, string]> {
  for (const [name, column] of Object.entries(mapping)) {
    const cell = (cells[column ?? -1] ?? "").replace(GUARDED, "").trim();
    if (cell !== "") yield [name, cell];
  }
}
