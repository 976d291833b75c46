// Arteries and veins on a plane, one byte a pixel: none, artery, vein, or vessel of unclear kind. A segment is given another
// kind by its pixels: the vessel pixels that are nearer to its line, along the vessels, than to any other's. Pure.

/** @import { Size } from '../viewer/view.js' */

/** @typedef {'artery' | 'vein' | 'unknown'} Kind */

/** @type {Record<Kind, number>} */
export const KIND = { artery: 1, vein: 2, unknown: 3 };
/** Of no vessel, and of each kind. */
const COLOURS = [[0, 0, 0], [255, 0, 0], [0, 0, 255], [255, 255, 255]];

/**
 * Of the service's picture: arteries red, veins blue, others white, on black.
 * @param {Uint8ClampedArray} rgba
 */
export function kindsOf(rgba) {
  const kinds = new Uint8Array(rgba.length / 4);
  for (let i = 0; i < kinds.length; i += 1) kinds[i] = (rgba[4 * i] > 127 ? KIND.artery : 0) | (rgba[4 * i + 2] > 127 ? KIND.vein : 0);
  return kinds;
}

/**
 * The number of the nearest line for each vessel pixel, counted from 1; 0 elsewhere and for vessels without a line.
 * @param {Uint8Array} kinds
 * @param {Size} size
 * @param {number[][][]} lines points of each line, in pixels
 */
export function nearestLines(kinds, { width, height }, lines) {
  const found = new Uint16Array(kinds.length);
  /** @type {number[]} */
  let rim = [];
  const reach = (/** @type {number} */ i, /** @type {number} */ line, /** @type {number[]} */ into) => {
    if (!kinds[i] || found[i]) return; // also above the first row and below the last
    found[i] = line;
    into.push(i);
  };
  lines.forEach((points, line) => {
    for (const [x, y] of dense(points)) {
      const [column, row] = [Math.round(x), Math.round(y)];
      if (column >= 0 && row >= 0 && column < width && row < height) reach(row * width + column, line + 1, rim);
    }
  });
  while (rim.length) {
    /** @type {number[]} */
    const next = [];
    for (const i of rim) {
      const x = i % width;
      const columns = [x ? -1 : 0, 0, x < width - 1 ? 1 : 0];
      const around = [-width, 0, width].flatMap((row) => columns.map((column) => i + row + column));
      around.forEach((each) => reach(each, found[i], next));
    }
    rim = next;
  }
  return found;
}

/**
 * Points along a line, no further than a pixel apart.
 * @param {number[][]} points
 */
function dense(points) {
  return points.flatMap(([x, y], at) => {
    const [toX, toY] = points[at + 1] ?? [x, y];
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(toX - x), Math.abs(toY - y))));
    return Array.from({ length: steps }, (_, step) => [x + ((toX - x) * step) / steps, y + ((toY - y) * step) / steps]);
  });
}

/**
 * Gives the pixels of one line another kind, in place.
 * @param {Uint8Array} kinds
 * @param {Uint16Array} nearest
 * @param {number} line counted from 0
 * @param {Kind} kind
 */
export function relabel(kinds, nearest, line, kind) {
  for (let i = 0; i < kinds.length; i += 1) if (nearest[i] === line + 1) kinds[i] = KIND[kind];
}

/**
 * Red, green and blue of a pixel, as in the service's picture.
 * @param {number} kind
 */
export function colourOf(kind) {
  return COLOURS[kind];
}
