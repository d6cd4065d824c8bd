/** What a QR code may look like, and where the API draws it. */

export type Correction = "L" | "M" | "Q" | "H";

export type QrOptions = {
  format?: "svg" | "png";
  size?: number;
  color?: string;
  background?: string;
  margin?: number;
  error_correction?: Correction;
};

/** Return the address of the picture. Colours may begin with #. */
export function qrAddress(linkId: string, options: QrOptions = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) query.set(name, String(value).replace(/^#/, ""));
  }
  return `/v1/links/${linkId}/qr?${query}`;
}
