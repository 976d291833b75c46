// Colours the picture of arteries and veins, in which the service draws arteries red, veins blue and other vessels
// white on black. It works strip by strip, so that a large photograph needs little extra memory.

import { brushOf, decoded, reduced } from './canvas.js';

const STRIP_ROWS = 256;

/** @typedef {{ artery: string, vein: string, vessel: string }} Colours in CSS, as #rrggbb */

/**
 * The layer as a PNG, transparent where there is no vessel. Throws if the browser cannot hold a canvas of its size.
 * @param {string} url
 * @param {Colours} colours
 */
export async function kindsLayer(url, colours) {
  const picture = await decoded(url);
  const { width, height } = reduced(picture);
  const canvas = new OffscreenCanvas(width, height);
  const brush = brushOf(canvas, { willReadFrequently: true });
  brush.imageSmoothingEnabled = false; // a mixture of two colours would be a third kind
  brush.drawImage(picture, 0, 0, width, height);
  for (let top = 0; top < height; top += STRIP_ROWS) {
    const pixels = brush.getImageData(0, top, width, Math.min(STRIP_ROWS, height - top));
    colour(pixels.data, colours);
    brush.putImageData(pixels, 0, top);
  }
  return canvas.convertToBlob({ type: 'image/png' });
}

/**
 * Colours RGBA bytes in place: vessels become opaque, the rest transparent.
 * @param {Uint8ClampedArray} data
 * @param {Colours} colours
 */
export function colour(data, { artery, vein, vessel }) {
  const [arteries, veins, others] = [artery, vein, vessel].map(bytesOf);
  for (let i = 0; i < data.length; i += 4) {
    const [red, blue] = [data[i] > 127, data[i + 2] > 127];
    if (!red && !blue) {
      data[i + 3] = 0;
      continue;
    }
    data.set(red && blue ? others : red ? arteries : veins, i);
  }
}

/** @param {string} hex #rrggbb */
function bytesOf(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}
