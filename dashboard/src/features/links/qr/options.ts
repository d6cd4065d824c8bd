/** What a QR code may look like, and where the API draws it. */

export const CORRECTIONS = ["L", "M", "Q", "H"] as const;
export type Correction = (typeof CORRECTIONS)[number];

export type QrOptions = {
  format?: "svg" | "png";
  size?: number;
  color?: string;
  background?: string;
  margin?: number;
  error_correction?: Correction;
};

/** What somebody chose. The logo is a data: address, and stays in this browser. */
export type QrDesign = {
  color: string;
  background: string;
  margin: number;
  correction: Correction;
  size: number;
  logo: string | null;
};

export const PLAIN: QrDesign = {
  color: "#000000",
  background: "#ffffff",
  margin: 4,
  correction: "M",
  size: 1024,
  logo: null,
};

/** Return the address of the picture. Colours may begin with #. */
export function qrAddress(linkId: string, options: QrOptions = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) query.set(name, String(value).replace(/^#/, ""));
  }
  return `/v1/links/${linkId}/qr?${query}`;
}

/** Return what the API is asked for: a logo hides a part of the code, which the strongest correction makes good. */
export function toOptions({ color, background, margin, correction, size, logo }: QrDesign): QrOptions {
  return { format: "svg", size, color, background, margin, error_correction: logo ? "H" : correction };
}
