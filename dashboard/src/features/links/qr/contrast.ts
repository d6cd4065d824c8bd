/** Whether a camera will tell the colours of a QR code apart. */

/** The least that a phone reads in bad light; WCAG asks for the same of signs. */
export const READABLE_CONTRAST = 3;

/** Return the channels of #rgb or #rrggbb; null for anything else. */
export function readColor(text: string): [number, number, number] | null {
  const digits = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim())?.[1];
  if (!digits) return null;
  const pairs = digits.length === 3 ? [...digits].map((digit) => digit + digit) : (digits.match(/../g) ?? []);
  const [red = 0, green = 0, blue = 0] = pairs.map((pair) => Number.parseInt(pair, 16));
  return [red, green, blue];
}

/** Relative luminance by WCAG 2.2. */
function luminance(channels: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = channels.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Return the contrast of two colours, 1 to 21; below 1 when the first is the lighter one. */
export function contrastOf(dark: string, light: string): number | null {
  const [one, other] = [readColor(dark), readColor(light)];
  if (!one || !other) return null;
  return (luminance(other) + 0.05) / (luminance(one) + 0.05);
}

/** Return what to be careful with, in one sentence; null when the colours are fine. */
export function warnOfColors(dark: string, light: string): string | null {
  const contrast = contrastOf(dark, light);
  if (contrast === null) return null;
  if (Math.max(contrast, 1 / contrast) < READABLE_CONTRAST) {
    return "These colours are close to each other: many cameras will not read the code.";
  }
  return contrast < 1 ? "The code is lighter than its ground: some readers expect it the other way round." : null;
}
