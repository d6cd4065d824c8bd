/** Files as people have them: UTF-8 with or without its mark, UTF-16, or what old spreadsheets write. */
const PROBE_BYTES = 1 << 16;
const FORMULA = /^[=+\-@\t\r']/;
const NEEDS_QUOTES = /[",;\n\r]/;

/** Return the name of the encoding of a file, judged by its beginning. */
export function guessEncoding(start: Uint8Array): string {
  if (start[0] === 0xff && start[1] === 0xfe) return "utf-16le";
  if (start[0] === 0xfe && start[1] === 0xff) return "utf-16be";
  try {
    // It may end within a character, which `stream` lets pass.
    new TextDecoder("utf-8", { fatal: true }).decode(start, { stream: true });
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}

export const readStart = async (file: Blob): Promise<Uint8Array> =>
  new Uint8Array(await file.slice(0, PROBE_BYTES).arrayBuffer());

/** Return one line of CSV. A cell that a spreadsheet would take for a formula gets an apostrophe before it. */
export function toCsvLine(cells: readonly string[]): string {
  const line = cells.map((cell) => {
    const text = FORMULA.test(cell) ? `'${cell}` : cell;
    return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${line.join(",")}\r\n`;
}
