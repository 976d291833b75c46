// Which vessels two registered photographs have in common, and which only one of them shows. Pure. Both planes are of the
// first photograph's frame; the second is warped into it. Vessels count as common where the other has one within a
// tolerance, so that neither the border of a vessel nor what registration leaves over counts as a difference.

import { centreLines } from '../viewer/vessel-map.js';
import { nearestOf } from './centre-lines.js';

/** @typedef {{ width: number, height: number }} Size */
/** @typedef {{ first: number, both: number, second: number }} Lengths of centre-lines, in pixels of the planes */

export const FIRST = 1;
export const BOTH = 2;
export const SECOND = 3;

/**
 * @param {Uint8Array} first vessels, 0 and 1
 * @param {Uint8Array} second
 * @param {Size} size
 * @param {{ tolerance: number, compared: Uint8Array }} options pixels; `compared` is 1 where both fields of view are
 * @returns {{ classes: Uint8Array, lengths: Lengths }} a class for each pixel, 0 where there is no vessel to compare
 */
export function differenceOf(first, second, { width, height }, { tolerance, compared }) {
  const nearFirst = near(first, width, height, tolerance);
  const nearSecond = near(second, width, height, tolerance);
  const classes = new Uint8Array(first.length);
  for (let i = 0; i < classes.length; i += 1) {
    if (!compared[i]) continue;
    if (first[i]) classes[i] = nearSecond[i] ? BOTH : FIRST;
    else if (second[i] && !nearFirst[i]) classes[i] = SECOND;
  }
  const count = (/** @type {Uint8Array} */ lines, /** @type {number} */ kind) => lines.reduce((sum, line, i) => sum + (line && classes[i] === kind ? 1 : 0), 0);
  const [ours, theirs] = [first, second].map((vessels) => centreLines(vessels, { width, height }));
  return { classes, lengths: { first: count(ours, FIRST), both: count(ours, BOTH), second: count(theirs, SECOND) } };
}

/**
 * RGBA bytes of the classes; the palette has red, green and blue of each class.
 * @param {Uint8Array} classes
 * @param {Record<number, number[]>} palette
 */
export function coloured(classes, palette) {
  const pixels = new Uint8ClampedArray(4 * classes.length);
  classes.forEach((kind, i) => kind && pixels.set([...palette[kind], 255], 4 * i));
  return pixels;
}

/**
 * 1 where a vessel is within the tolerance.
 * @param {Uint8Array} vessels
 * @param {number} width
 * @param {number} height
 * @param {number} tolerance
 */
function near(vessels, width, height, tolerance) {
  const nearest = nearestOf(vessels, width, height);
  const square = tolerance ** 2;
  return Uint8Array.from(nearest, (at, i) => {
    if (at < 0) return 0;
    const [x, y] = [(at % width) - (i % width), Math.floor(at / width) - Math.floor(i / width)];
    return x * x + y * y <= square ? 1 : 0;
  });
}
