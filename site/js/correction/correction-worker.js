// Reads the pictures that a correction begins with, and writes masks, in a thread of its own. session.js asks it.

import { brushOf } from '../viewer/canvas.js';
import { isVessel, planeOf } from './plane.js';
import { maskPng } from './png.js';

/** @import { Size } from '../viewer/view.js' */

/**
 * @typedef {{ id: number, open: { vessels: Blob, model: Blob, field: Blob } }} Open
 * @typedef {{ id: number, encode: Uint8Array, size: Size }} Encode
 * @typedef {{ id: number, plane?: Uint8Array, size?: Size, png?: Blob, error?: string }} Answer
 */

addEventListener('message', (/** @type {MessageEvent<Open | Encode>} */ { data }) => void answer(data));

/** @param {Open | Encode} request */
async function answer(request) {
  const { id } = request;
  try {
    if ('open' in request) {
      const { vessels, model, field } = request.open;
      const size = { width: 0, height: 0 };
      const planes = { vessels: await grey(vessels, size), model: await grey(model, size), field: await grey(field, size) };
      const plane = planeOf(planes);
      postMessage({ id, plane, size }, { transfer: [plane.buffer] });
    } else {
      const { encode: plane, size } = request;
      postMessage({ id, png: await maskPng(size, (i) => isVessel(plane[i], false)) });
    }
  } catch (error) {
    postMessage({ id, error: String(error) });
  }
}

/**
 * The grey values of a picture, whose size is put into `size`. Throws an Error if it differs from the picture before.
 * @param {Blob} blob
 * @param {Size} size
 */
async function grey(blob, size) {
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
    const { data } = brush.getImageData(0, 0, width, deep);
    for (let i = 0, at = top * width; i < data.length; i += 4, at += 1) plane[at] = data[i];
  }
  bitmap.close();
  return plane;
}
