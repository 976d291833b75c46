// Draws the overlay of a photograph as a PNG at the photograph's own resolution. It works strip by strip, so that a
// large photograph needs little extra memory.

import { brushOf, decoded } from './canvas.js';
import { colour } from './kinds.js';

/** @import { OpticDisc } from 'openapi' */
/** @import { Colours } from './kinds.js' */

const STRIP_ROWS = 256;
/** Width of the disc's rim, as a share of the longer side; its casing is twice as wide. */
const RIM_WIDTH = 1 / 400;

/**
 * Throws if the browser cannot hold a canvas of the photograph's size.
 * @param {string} photographUrl
 * @param {{ url: string, coloured: boolean }} vessels the vessel mask, white on black, or the picture of arteries and veins
 * @param {{ opacity: number, colours: Colours, disc: OpticDisc | null }} options opacity 0 to 1; `disc` if its rim is to be drawn
 */
export async function overlayPng(photographUrl, vessels, { opacity, colours, disc }) {
  const [photograph, drawn] = await Promise.all([decoded(photographUrl), decoded(vessels.url)]);
  const { naturalWidth: width, naturalHeight: height } = drawn; // a copy of the photograph may be smaller
  const canvas = new OffscreenCanvas(width, height);
  const context = brushOf(canvas);
  context.imageSmoothingQuality = 'high';
  context.drawImage(photograph, 0, 0, width, height);
  context.globalAlpha = opacity;
  const shown = vessels.coloured ? colours : { artery: colours.vessel, vein: colours.vessel, vessel: colours.vessel };
  const strip = new OffscreenCanvas(width, STRIP_ROWS);
  const brush = brushOf(strip, { willReadFrequently: true });
  for (let top = 0; top < height; top += STRIP_ROWS) {
    const rows = Math.min(STRIP_ROWS, height - top);
    brush.clearRect(0, 0, width, STRIP_ROWS);
    brush.drawImage(drawn, 0, top, width, rows, 0, 0, width, rows);
    const pixels = brush.getImageData(0, 0, width, rows);
    colour(pixels.data, shown);
    brush.putImageData(pixels, 0, 0);
    context.drawImage(strip, 0, 0, width, rows, 0, top, width, rows);
  }
  context.globalAlpha = 1;
  if (disc) drawRim(context, disc, Math.max(width, height) * RIM_WIDTH);
  return canvas.convertToBlob({ type: 'image/png' });
}

/**
 * @param {OffscreenCanvasRenderingContext2D} context
 * @param {OpticDisc} disc
 * @param {number} width of the line in pixels
 */
function drawRim(context, { centre, long_axis: long, short_axis: short, angle }, width) {
  for (const [style, thickness] of /** @type {const} */ ([['#000', 2 * width], ['#fff', width]])) {
    context.beginPath();
    // The service counts from the centre of the first pixel, a canvas from its corner.
    context.ellipse(centre.x + 0.5, centre.y + 0.5, long / 2, short / 2, (angle * Math.PI) / 180, 0, 2 * Math.PI);
    context.strokeStyle = style;
    context.lineWidth = thickness;
    context.stroke();
  }
}
