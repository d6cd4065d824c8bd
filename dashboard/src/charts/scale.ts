/** The scale of counts: whole numbers, at round steps, from nothing to a little more than the most. */

export type Scale = { ticks: number[]; top: number };

const STEPS = [1, 2, 5, 10];

/** Return `most` in about `count` steps of 1, 2 or 5 times a power of ten; never a part of a click. */
export function scaleOf(most: number, count = 4): Scale {
  const rough = Math.max(most, count) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, power * (STEPS.find((one) => one * power >= rough) ?? 10));
  const steps = Math.max(1, Math.ceil(most / step));
  return { ticks: Array.from({ length: steps + 1 }, (_, index) => index * step), top: steps * step };
}

/** Return the path of a line through points. */
export function linePath(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], index) => `${index ? "L" : "M"}${round(x)},${round(y)}`).join("");
}

/** Return the path of the area between a line and a base. */
export function areaPath(points: readonly (readonly [number, number])[], base: number): string {
  const [first, last] = [points[0], points[points.length - 1]];
  if (!first || !last) return "";
  return `${linePath(points)}L${round(last[0])},${base}L${round(first[0])},${base}Z`;
}

/** A tenth of a pixel is more than a screen shows. */
const round = (value: number): number => Math.round(value * 10) / 10;
