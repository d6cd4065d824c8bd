/** What is to be made, and the row of the file that it comes from, counted from 0. */
export type Row<T> = { index: number; thing: T };

export const MAX_ROWS_OF_A_CALL = 1_000;
/** The API takes 4 MiB; a character has three bytes at most, but for rare ones, which have four in two. */
const MAX_CHARACTERS = 1_200_000;

/** Yield the rows in portions that one call takes. They are made when they are asked for: memory holds one portion. */
export function* inChunks<T>(indexes: Iterable<number>, make: (index: number) => T): Generator<Row<T>[]> {
  let chunk: Row<T>[] = [];
  let size = 0;
  for (const index of indexes) {
    const thing = make(index);
    const length = JSON.stringify(thing).length;
    if (chunk.length && (chunk.length === MAX_ROWS_OF_A_CALL || size + length > MAX_CHARACTERS)) {
      yield chunk;
      chunk = [];
      size = 0;
    }
    chunk.push({ index, thing });
    size += length;
  }
  if (chunk.length) yield chunk;
}
