/** Where the bits of a QR code go: the fixed marks, the way through the rest, and the mask that reads best. */
export type Grid = boolean[][];

/** What is drawn the same in every code of a version; null where bits of the text go. */
type Fixed = (boolean | null)[][];

const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];
const FORMAT_MASK = 0x5412;
const LEVEL_M = 0;

/** Return the grid of a version with its marks: three finders, timing, alignment, and the version itself. */
export function markFixed(version: number): Fixed {
  const size = version * 4 + 17;
  const grid: Fixed = Array.from({ length: size }, () => Array<boolean | null>(size).fill(null));
  for (let index = 0; index < size; index++) {
    set(grid, 6, index, index % 2 === 0);
    set(grid, index, 6, index % 2 === 0);
  }
  for (const [x, y] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const) {
    drawRings(grid, x, y, 4, (ring) => ring !== 2 && ring !== 4);
  }
  const places = alignmentPlaces(version);
  const last = places.length - 1;
  for (const [row, y] of places.entries()) {
    for (const [column, x] of places.entries()) {
      const isFinder = (row === 0 && (column === 0 || column === last)) || (row === last && column === 0);
      if (!isFinder) drawRings(grid, x, y, 2, (ring) => ring !== 1);
    }
  }
  if (version >= 7) drawVersion(grid, version);
  drawFormat(grid, 0);
  return grid;
}

/** Return the finished code: the bits of `bytes` under the mask whose picture disturbs a reader least. */
export function choosePattern(version: number, fixed: Fixed, bytes: readonly number[]): Grid {
  const candidates = MASKS.map((mask, number) => {
    const grid = fixed.map((row) => [...row]);
    drawFormat(grid, number);
    fill(grid, fixed, bytes, mask, version);
    return grid.map((row) => row.map(Boolean));
  });
  const rated = candidates.map((grid) => ({ grid, penalty: rate(grid) }));
  return rated.reduce((best, other) => (other.penalty < best.penalty ? other : best)).grid;
}

function set(grid: Fixed, x: number, y: number, isDark: boolean): void {
  const row = grid[y];
  if (row && x >= 0 && x < grid.length) row[x] = isDark;
}

function drawRings(grid: Fixed, x: number, y: number, radius: number, isDark: (ring: number) => boolean): void {
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) set(grid, x + dx, y + dy, isDark(Math.max(Math.abs(dx), Math.abs(dy))));
  }
}

function alignmentPlaces(version: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
  const places = Array.from({ length: count - 1 }, (_, index) => version * 4 + 10 - index * step);
  return [6, ...places.reverse()];
}

/** Return `value` with the remainder of its division appended (a BCH code). */
function withRemainder(value: number, divisor: number, bits: number): number {
  let rest = value;
  for (let bit = 0; bit < bits; bit++) rest = (rest << 1) ^ ((rest >>> (bits - 1)) * divisor);
  return (value << bits) | rest;
}

function drawVersion(grid: Fixed, version: number): void {
  const bits = withRemainder(version, 0x1f25, 12);
  for (let index = 0; index < 18; index++) {
    const far = grid.length - 11 + (index % 3);
    const near = Math.floor(index / 3);
    set(grid, far, near, ((bits >>> index) & 1) === 1);
    set(grid, near, far, ((bits >>> index) & 1) === 1);
  }
}

/** Level and mask, twice, around the finders; and the one module that is always dark. */
function drawFormat(grid: Fixed, mask: number): void {
  const bits = withRemainder((LEVEL_M << 3) | mask, 0x537, 10) ^ FORMAT_MASK;
  const size = grid.length;
  for (let index = 0; index < 15; index++) {
    const isDark = ((bits >>> index) & 1) === 1;
    const skip = index < 6 ? index : index < 8 ? index + 1 : 14 - index;
    if (index < 8) set(grid, 8, skip, isDark);
    else set(grid, index === 8 ? 7 : skip, 8, isDark);
    if (index < 8) set(grid, size - 1 - index, 8, isDark);
    else set(grid, 8, size - 15 + index, isDark);
  }
  set(grid, 8, size - 8, true);
}

/** Put the bits in: two columns at a time, from the right, up and down in turns. */
function fill(
  grid: Fixed,
  fixed: Fixed,
  bytes: readonly number[],
  mask: (x: number, y: number) => boolean,
  version: number,
): void {
  const size = version * 4 + 17;
  let bit = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (fixed[y]?.[x] !== null) continue;
        const value = ((bytes[bit >>> 3] ?? 0) >>> (7 - (bit & 7))) & 1;
        set(grid, x, y, (value === 1) !== mask(x, y));
        bit += 1;
      }
    }
  }
}

/** Return how much a picture disturbs: long runs, blocks, what looks like a finder, and too much of one colour. */
function rate(grid: Grid): number {
  const lines = [...grid, ...grid.map((_, x) => grid.map((row) => row[x] === true))];
  let penalty = 0;
  for (const line of lines) {
    const text = line.map((isDark) => (isDark ? "1" : "0")).join("");
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) penalty += run.length - 2;
    penalty += 40 * (text.match(/(?=10111010000|00001011101)/g)?.length ?? 0);
  }
  for (let y = 1; y < grid.length; y++) {
    for (let x = 1; x < grid.length; x++) {
      const sum = [grid[y]?.[x], grid[y]?.[x - 1], grid[y - 1]?.[x], grid[y - 1]?.[x - 1]].filter(Boolean).length;
      if (sum === 0 || sum === 4) penalty += 3;
    }
  }
  const dark = grid.flat().filter(Boolean).length;
  return penalty + 10 * Math.floor(Math.abs((dark * 20) / grid.length ** 2 - 10));
}
