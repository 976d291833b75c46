// Pictures on canvases: decoded, and no larger than any browser holds.

/**
 * @template {OffscreenCanvas | HTMLCanvasElement} C
 * @typedef {C extends OffscreenCanvas ? OffscreenCanvasRenderingContext2D : CanvasRenderingContext2D} Brush
 */

/** Pixels of a layer: more than any screen shows, and not too many for any browser. */
export const MOST_PIXELS = 16_000_000;

/** @param {string} url */
export async function decoded(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

/**
 * The size in which a picture has at most so many pixels: its own, or smaller with the same shape.
 * @param {{ naturalWidth: number, naturalHeight: number }} picture
 * @param {number} [most]
 * @returns {{ width: number, height: number, isWhole: boolean }}
 */
export function reduced({ naturalWidth, naturalHeight }, most = MOST_PIXELS) {
  const scale = Math.min(1, Math.sqrt(most / (naturalWidth * naturalHeight)));
  const [width, height] = [naturalWidth, naturalHeight].map((side) => Math.max(1, Math.floor(side * scale)));
  return { width, height, isWhole: scale === 1 };
}

/**
 * Throws a RangeError if the browser cannot hold a canvas of that size.
 * @template {OffscreenCanvas | HTMLCanvasElement} C
 * @param {C} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 * @returns {Brush<C>}
 */
export function brushOf(canvas, settings) {
  const brush = /** @type {Brush<C> | null} */ (canvas.getContext('2d', settings));
  if (!brush) throw new RangeError('This browser cannot hold a canvas of that size.');
  return brush;
}
