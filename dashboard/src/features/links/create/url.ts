/** Addresses as people type and paste them. */

const LIKE_A_HOST = /^[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)+(:\d+)?([/?#]|$)/u;

/** Return what was typed, with https:// before it where only the scheme is missing. The API judges the rest. */
export function completeUrl(typed: string): string {
  const text = typed.trim();
  return LIKE_A_HOST.test(text) ? `https://${text}` : text;
}
