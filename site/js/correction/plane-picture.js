// The plane of a correction as pixels of its layer. Pure.

import { isVessel } from './plane.js';

/** @import { Size } from '../viewer/view.js' */
/** @import { Box } from './plane.js' */

/**
 * RGBA bytes of a box of the layer, which may be smaller than the photograph: vessels in one colour, the rest transparent.
 * @param {Uint8Array} plane
 * @param {{ photograph: Size, layer: Size, box: Box, colour: number, model: boolean }} how `box` in pixels of the layer, `colour` as the bytes lie in memory
 */
export function pixelsOf(plane, { photograph, layer, box: { left, top, right, bottom }, colour, model }) {
  const pixels = new Uint32Array((right - left) * (bottom - top));
  const columns = Uint32Array.from({ length: right - left }, (_, i) => Math.floor(((left + i + 0.5) * photograph.width) / layer.width));
  for (let y = top, at = 0; y < bottom; y += 1) {
    const row = Math.floor(((y + 0.5) * photograph.height) / layer.height) * photograph.width;
    for (let i = 0; i < columns.length; i += 1, at += 1) if (isVessel(plane[row + columns[i]], model)) pixels[at] = colour;
  }
  return new Uint8ClampedArray(pixels.buffer);
}
