import { guessEncoding, readStart } from "./csv";

export const MAX_ROWS = 250_000;
/** So much is parsed at a time (a few milliseconds); in between, the page answers. */
const PIECE_BYTES = 1 << 18;

export class TooManyRows extends Error {
  override readonly name = "TooManyRows";
}

/** Return the rows of a CSV file, read piece by piece; empty lines are left out. Throws TooManyRows. */
export async function readFile(
  file: File,
  onProgress: (rows: number, bytes: number) => void,
  signal: AbortSignal,
): Promise<string[][]> {
  const { default: Papa } = await import("papaparse");
  const encoding = guessEncoding(await readStart(file));
  const rows: string[][] = [];
  await new Promise<void>((resolve, reject) => {
    Papa.parse<string[]>(file, {
      encoding,
      chunkSize: PIECE_BYTES,
      skipEmptyLines: "greedy",
      chunk: ({ data, meta }, parser) => {
        for (const row of data) rows.push(row);
        onProgress(rows.length, meta.cursor);
        if (signal.aborted || rows.length > MAX_ROWS + 1) parser.abort();
      },
      complete: () => resolve(),
      error: reject,
    });
  });
  signal.throwIfAborted();
  if (rows.length > MAX_ROWS + 1) throw new TooManyRows(`The file has more than ${MAX_ROWS.toLocaleString()} rows.`);
  return rows;
}
