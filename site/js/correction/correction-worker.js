// Reads the pictures that a correction begins with, and writes masks, in a thread of its own. session.js asks it.

import { brushOf } from '../viewer/canvas.js';
import { KIND, colourOf, kindsOf, nearestLines, relabel } from './kinds-plane.js';
import { countsOf, isVessel, planeOf } from './plane.js';
import { colourPng, maskPng } from './png.js';

/** @import { Kind } from './kinds-plane.js' */
/** @import { Size } from '../viewer/view.js' */

/**
 * @typedef {{ id: number, open: { vessels: Blob, model: Blob, field: Blob, base?: Blob } }} Open
 * @typedef {{ id: number, encode: Uint8Array, size: Size }} Encode
 * @typedef {ReturnType<typeof countsOf>} Counted pixels
 * @typedef {{ id: number, relabel: { picture: Blob, lines: number[][][], line: number, kind: Kind } }} Relabel
 * @typedef {{ arteries: Blob, veins: Blob, picture: Blob, vessels: number }} Relabelled masks, the picture of both, and the pixels of all vessels
 * @typedef {{ id: number, relabelled?: Relabelled, counted?: Counted, plane?: Uint8Array, size?: Size, png?: Blob, error?: string, tooLarge?: boolean }} Answer `tooLarge` if there is not enough memory
 */

addEventListener('message', (/** @type {MessageEvent<Open | Encode | Relabel>} */ { data }) => void answer(data));

/** @param {Open | Encode | Relabel} request */
async function answer(request) {
  const { id } = request;
  try {
    if ('open' in request) {
      const { vessels, model, field, base } = request.open;
      const size = { width: 0, height: 0 };
      const planes = { vessels: await grey(vessels, size), model: await grey(model, size), field: await grey(field, size), ...(base && { base: await grey(base, size) }) };
      const plane = planeOf(planes);
      postMessage({ id, plane, size, counted: countsOf(plane) }, { transfer: [plane.buffer] });
    } else if ('relabel' in request) {
      postMessage({ id, relabelled: await relabelled(request.relabel) });
    } else {
      const { encode: plane, size } = request;
      postMessage({ id, png: await maskPng(size, (i) => isVessel(plane[i], false)) });
    }
  } catch (error) {
    postMessage({ id, error: String(error), tooLarge: error instanceof RangeError });
  }
}

/**
 * @param {Relabel['relabel']} wanted
 * @returns {Promise<Relabelled>}
 */
async function relabelled({ picture, lines, line, kind }) {
  const size = { width: 0, height: 0 };
  const kinds = await read(picture, size, kindsOf);
  relabel(kinds, nearestLines(kinds, size, lines), line, kind);
  return {
    arteries: await maskPng(size, (i) => kinds[i] === KIND.artery),
    veins: await maskPng(size, (i) => kinds[i] === KIND.vein),
    picture: await colourPng(size, (i) => colourOf(kinds[i])),
    vessels: kinds.reduce((sum, each) => sum + Number(each > 0), 0),
  };
}

/**
 * The grey values of a picture.
 * @param {Blob} blob
 * @param {Size} size
 */
function grey(blob, size) {
  return read(blob, size, (rgba) => Uint8Array.from({ length: rgba.length / 4 }, (_, i) => rgba[4 * i]));
}

/**
 * A byte for each pixel of a picture, whose size is put into `size`. Throws an Error if it differs from the picture before.
 * @param {Blob} blob
 * @param {Size} size
 * @param {(rgba: Uint8ClampedArray) => Uint8Array} bytesOf
 */
async function read(blob, size, bytesOf) {
  const bitmap = await createImageBitmap(blob);
  const { width, height } = bitmap;
  if (size.width && (size.width !== width || size.height !== height)) throw new Error('The pictures differ in size.');
  Object.assign(size, { width, height });
  const plane = new Uint8Array(width * height);
  const rows = Math.max(1, Math.floor(1_000_000 / width)); // strips, so that a large photograph needs little extra memory
  const canvas = new OffscreenCanvas(width, Math.min(rows, height));
  const brush = brushOf(canvas, { willReadFrequently: true });
  for (let top = 0; top < height; top += rows) {
    const deep = Math.min(rows, height - top);
    brush.drawImage(bitmap, 0, top, width, deep, 0, 0, width, deep);
    plane.set(bytesOf(brush.getImageData(0, 0, width, deep).data), top * width);
  }
  bitmap.close();
  return plane;
}
