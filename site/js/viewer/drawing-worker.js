// Draws layers of the viewer in a thread of its own, so that the page stays smooth. drawing.js sends it pictures and asks
// for drawings of them; it holds the pictures of one photograph at a time.

import { asPicture, equalised, green } from './grey.js';
import { centreLines, count, heat, outline, over, painted } from './vessel-map.js';

/** @import { Draw, Request } from './drawing.js' */

/** @type {Map<string, ImageData>} */
const pictures = new Map();
/** @type {Map<string, Uint8Array>} what was computed from them and is needed again */
const planes = new Map();

addEventListener('message', (/** @type {MessageEvent<Request>} */ { data: request }) => {
  if ('picture' in request) {
    pictures.set(request.name, pixelsOf(request.picture));
    planes.clear();
  } else if ('forget' in request) {
    pictures.clear();
    planes.clear();
  } else {
    const { pixels, vessels } = request.layer === 'photograph' ? photograph(request) : drawVessels(request);
    const { width, height } = picture(request.layer === 'photograph' ? 'photograph' : 'mask');
    postMessage({ layer: request.layer, id: request.id, pixels, width, height, vessels }, { transfer: [pixels.buffer] });
  }
});

/**
 * @param {Extract<Draw, { layer: 'photograph' }>} request
 * @returns {{ pixels: Uint8ClampedArray, vessels: number }}
 */
function photograph({ style }) {
  const source = picture('photograph');
  const plane = once('green', () => green(source.data));
  return { pixels: asPicture(style === 'equalised' ? once('equalised', () => equalised(plane, source)) : plane), vessels: 0 };
}

/**
 * At the service's threshold (null) the vessels are its own mask, to the pixel.
 * @param {Extract<Draw, { layer: 'vessels' }>} request
 */
function drawVessels({ style, threshold, colour }) {
  const vessels = threshold === null
    ? once('mask', () => over(first(picture('mask').data), 0.5))
    : over(once('probability', () => first(picture('probability').data)), threshold);
  const drawn = () => {
    if (style === 'probability') return heat(once('probability', () => first(picture('probability').data)));
    if (style === 'outline') return painted(outline(vessels, picture('mask')), colour);
    return painted(style === 'centre-lines' ? centreLines(vessels, picture('mask')) : vessels, colour);
  };
  return { pixels: drawn(), vessels: count(vessels) };
}

/** @param {string} name */
function picture(name) {
  const found = pictures.get(name);
  if (!found) throw new Error(`There is no ${name} to draw.`);
  return found;
}

/**
 * @param {string} name
 * @param {() => Uint8Array} compute
 */
function once(name, compute) {
  const plane = planes.get(name) ?? compute();
  planes.set(name, plane);
  return plane;
}

/**
 * The red channel, which is the value of a grey picture.
 * @param {Uint8ClampedArray} rgba
 */
function first(rgba) {
  const plane = new Uint8Array(rgba.length / 4);
  for (let i = 0; i < plane.length; i += 1) plane[i] = rgba[4 * i];
  return plane;
}

/** @param {ImageBitmap} bitmap */
function pixelsOf(bitmap) {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser cannot hold a canvas of that size.');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}
