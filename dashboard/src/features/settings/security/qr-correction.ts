/** Reed-Solomon correction bytes, over the field of 256 elements that QR codes use (x⁸ + x⁴ + x³ + x² + 1). */
const FIELD = 0x11d;

function multiply(left: number, right: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >>> 7) * FIELD);
    product ^= ((right >>> bit) & 1) * left;
  }
  return product;
}

/** Return the coefficients of (x − 2⁰)(x − 2¹)…, without the leading 1. */
function generator(degree: number): number[] {
  const coefficients = [...Array<number>(degree - 1).fill(0), 1];
  let root = 1;
  for (let step = 0; step < degree; step++) {
    for (let index = 0; index < degree; index++) {
      coefficients[index] = multiply(coefficients[index] ?? 0, root) ^ (coefficients[index + 1] ?? 0);
    }
    root = multiply(root, 2);
  }
  return coefficients;
}

/** Return the bytes by which `data` can be read again when some of it is lost. */
export function correct(data: readonly number[], count: number): number[] {
  const divisor = generator(count);
  const rest = Array<number>(count).fill(0);
  for (const byte of data) {
    const factor = byte ^ (rest.shift() ?? 0);
    rest.push(0);
    for (let index = 0; index < count; index++)
      rest[index] = (rest[index] ?? 0) ^ multiply(divisor[index] ?? 0, factor);
  }
  return rest;
}
