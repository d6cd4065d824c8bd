/** Puts a logo into the picture of a QR code, and makes files of it. All of it happens in the browser. */

// Of the side of the code: with its edge a sixteenth of the modules, where level H makes good three tenths.
const LOGO_SHARE = 0.22;
const EDGE_SHARE = 0.015;
const MAX_LOGO = 320;
const SVG = "http://www.w3.org/2000/svg";

/** Return the SVG of a code with a logo in its middle, on a piece of its ground. */
export function withLogo(svg: string, logo: string, background: string): string {
  const picture = new DOMParser().parseFromString(svg, "image/svg+xml");
  const root = picture.documentElement;
  const width = Number.parseFloat(root.getAttribute("width") ?? "");
  if (!width) return svg;
  const side = width * LOGO_SHARE;
  const edge = width * EDGE_SHARE;
  const ground = square(picture, "rect", width, side + 2 * edge);
  ground.setAttribute("fill", background);
  ground.setAttribute("rx", String(edge));
  const image = square(picture, "image", width, side);
  image.setAttribute("href", logo);
  root.append(ground, image);
  return new XMLSerializer().serializeToString(picture);
}

function square(picture: Document, name: string, width: number, side: number): Element {
  const element = picture.createElementNS(SVG, name);
  for (const corner of ["x", "y"]) element.setAttribute(corner, String((width - side) / 2));
  for (const length of ["width", "height"]) element.setAttribute(length, String(side));
  return element;
}

async function loadImage(address: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}

function paint(image: HTMLImageElement, width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")?.drawImage(image, 0, 0, width, height);
  return canvas;
}

/** Return a picture file as a small PNG in a data: address. Rejects when the browser cannot read it. */
export async function readLogo(file: File): Promise<string> {
  const address = URL.createObjectURL(file);
  try {
    const image = await loadImage(address);
    const [width, height] = [image.naturalWidth || MAX_LOGO, image.naturalHeight || MAX_LOGO];
    const scale = Math.min(1, MAX_LOGO / Math.max(width, height));
    return paint(image, Math.ceil(width * scale), Math.ceil(height * scale)).toDataURL("image/png");
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Return the picture as a PNG file. */
export async function toPng(svg: Blob, size: number): Promise<Blob> {
  const address = URL.createObjectURL(svg);
  try {
    const canvas = paint(await loadImage(address), size, size);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png"),
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}
