import type { NewLink } from "./fields";

/** A link to be made, and the row of the file that it comes from, counted from 0. */
export type Row = { index: number; link: NewLink };

export const MAX_LINKS = 1_000;
/** The API takes 4 MiB; a character has three bytes at most, but for rare ones, which have four in two. */
const MAX_CHARACTERS = 1_200_000;

/** Yield the rows in portions that one call takes. They are made when they are asked for: memory holds one portion. */
export function* inChunks(indexes: Iterable<number>, make: (index: number) => NewLink): Generator<Row[]> {
  let chunk: Row[] = [];
  let size = 0;
  for (const index of indexes) {
    const link = make(index);
    const length = JSON.stringify(link).length;
    if (chunk.length && (chunk.length === MAX_LINKS || size + length > MAX_CHARACTERS)) {
      yield chunk;
      chunk = [];
      size = 0;
    }
    chunk.push({ index, link });
    size += length;
  }
  if (chunk.length) yield chunk;
}
