// The vessels of a photograph as registration needs them: the points of their centre-lines, and the nearest of them to
// any pixel. Pure. A plane is Uint8Array[height * width] of 0 and 1.

import { centreLines } from '../viewer/vessel-map.js';

/** @typedef {{ x: number, y: number, radius: number, left: number, top: number, right: number, bottom: number }} Field the field of view: a disc, cut off at a box */
/** @typedef {{ vessels: Uint8Array, width: number, height: number, field: Field }} Plane */
/**
 * @typedef {object} Lines
 * @property {Float64Array} points x, y, x, y...
 * @property {Int32Array} nearest of each pixel, the pixel of the nearest centre-line; -1 if there is none
 * @property {Uint8Array} plane the centre-lines, 0 and 1
 * @property {number} width
 * @property {number} height
 * @property {Field} field
 */

/**
 * @param {Plane} plane
 * @returns {Lines}
 */
export function linesOf({ vessels, width, height, field }) {
  const plane = centreLines(vessels, { width, height });
  /** @type {number[]} */
  const points = [];
  for (let i = 0; i < plane.length; i += 1) {
    const [x, y] = [i % width, Math.floor(i / width)];
    if (plane[i] && isInside(field, x, y)) points.push(x, y);
    else plane[i] = 0;
  }
  return { points: Float64Array.from(points), nearest: nearestOf(plane, width, height), plane, width, height, field };
}

/**
 * @param {Field} field
 * @param {number} x
 * @param {number} y
 */
export function isInside({ x: cx, y: cy, radius, left, top, right, bottom }, x, y) {
  return x >= left && x < right && y >= top && y < bottom && (x - cx) ** 2 + (y - cy) ** 2 <= radius * radius;
}

/**
 * From (x, y) to the nearest centre-line, in pixels; Infinity if it is outside the picture.
 * @param {Lines} lines
 * @param {number} x
 * @param {number} y
 */
export function distanceTo({ nearest, width, height }, x, y) {
  const [column, row] = [Math.round(x), Math.round(y)];
  if (column < 0 || row < 0 || column >= width || row >= height) return Infinity;
  const i = nearest[row * width + column];
  return i < 0 ? Infinity : Math.hypot((i % width) - x, Math.floor(i / width) - y);
}

/**
 * Of each pixel, the pixel of the nearest that is 1, or -1 if there is none. In two passes over the picture (Danielsson
 * 1980): nearly always the nearest one, and else one nearly as near.
 * @param {Uint8Array} plane
 * @param {number} width
 * @param {number} height
 */
export function nearestOf(plane, width, height) {
  const row = width + 2; // a margin of one pixel spares the question of what lies beyond
  const nearest = new Int32Array(row * (height + 2)).fill(-1);
  for (let i = 0; i < plane.length; i += 1) if (plane[i]) nearest[placeOf(i, width)] = placeOf(i, width);
  sweep(nearest, row, height, 1);
  sweep(nearest, row, height, -1);
  return Int32Array.from(plane, (_, i) => {
    const at = nearest[placeOf(i, width)];
    return at < 0 ? -1 : (Math.floor(at / row) - 1) * width + (at % row) - 1;
  });
}

/**
 * @param {number} i
 * @param {number} width
 */
function placeOf(i, width) {
  return (Math.floor(i / width) + 1) * (width + 2) + (i % width) + 1;
}

/**
 * Down the rows (1) or up (-1), each there and back.
 * @param {Int32Array} nearest
 * @param {number} row
 * @param {number} height
 * @param {1 | -1} down
 */
function sweep(nearest, row, height, down) {
  const there = [-1 - down * row, -down * row, 1 - down * row, -1];
  for (let k = 1; k <= height; k += 1) {
    const y = down > 0 ? k : height + 1 - k;
    for (let x = 1; x < row - 1; x += 1) improve(nearest, row, x, y, there);
    for (let x = row - 2; x > 0; x -= 1) improve(nearest, row, x, y, [1]);
  }
}

/**
 * @param {Int32Array} nearest
 * @param {number} row
 * @param {number} x
 * @param {number} y
 * @param {number[]} steps to the neighbours whose nearest may be nearer
 */
function improve(nearest, row, x, y, steps) {
  const i = y * row + x;
  let best = nearest[i] < 0 ? Infinity : ((nearest[i] % row) - x) ** 2 + (Math.floor(nearest[i] / row) - y) ** 2;
  for (const step of steps) {
    const at = nearest[i + step];
    const square = at < 0 ? Infinity : ((at % row) - x) ** 2 + (Math.floor(at / row) - y) ** 2;
    if (square < best) [best, nearest[i]] = [square, at];
  }
}
