// The photograph with its vessels as one picture for the report, small enough for paper.

import { brushOf, decoded } from '../viewer/canvas.js';

/** Pixels of the longer side: 300 to the inch on half a sheet. */
const SIDE = 1200;

/**
 * Throws if the browser cannot draw it.
 * @param {string} photograph URL of a blob
 * @param {string} mask URL of a blob, white vessels on black
 * @param {string} colour #rrggbb
 */
export async function vesselsOver(photograph, mask, colour) {
  const [below, above] = await Promise.all([decoded(photograph), decoded(mask)]);
  const scale = Math.min(1, SIDE / Math.max(below.naturalWidth, below.naturalHeight));
  const [width, height] = [below.naturalWidth, below.naturalHeight].map((side) => Math.max(1, Math.round(side * scale)));
  const [canvas, vessels] = [new OffscreenCanvas(width, height), new OffscreenCanvas(width, height)];
  const brush = brushOf(vessels, { willReadFrequently: true });
  brush.imageSmoothingQuality = 'high';
  brush.drawImage(above, 0, 0, width, height);
  const pixels = brush.getImageData(0, 0, width, height);
  const channels = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
  for (let i = 0; i < pixels.data.length; i += 4) pixels.data.set([...channels, pixels.data[i]], i); // how white is how opaque
  brush.putImageData(pixels, 0, 0);
  const context = brushOf(canvas);
  context.drawImage(below, 0, 0, width, height);
  context.drawImage(vessels, 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}
