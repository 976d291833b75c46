// The plane that a correction is painted on: one byte for each pixel of the photograph, row by row, with a bit each for
// the vessels as they are now, the model's vessels, the field of view, and the vessels that discarding goes back to. Pure.
// Runs are number[]: the first pixel and the length of each stretch of pixels, one after the other, none beyond its row.

/** @import { Point, Size } from '../viewer/view.js' */

/** @typedef {{ left: number, top: number, right: number, bottom: number }} Box in pixels; right and bottom are beyond it */

const [VESSEL, MODEL, FIELD, BASE] = [1, 2, 4, 8];

/**
 * Grey pictures of one size, whose pixels are set above 127. Vessels outside the field of view are left out.
 * @param {{ vessels: Uint8Array, model: Uint8Array, field: Uint8Array, base?: Uint8Array }} pictures `base`: what discarding goes back to
 */
export function planeOf({ vessels, model, field, base = model }) {
  const plane = new Uint8Array(field.length);
  for (let i = 0; i < plane.length; i += 1) {
    if (field[i] > 127) plane[i] = FIELD | (vessels[i] > 127 ? VESSEL : 0) | (model[i] > 127 ? MODEL : 0) | (base[i] > 127 ? BASE : 0);
  }
  return plane;
}

/**
 * How many pixels are vessel now and the model's, how many are in the field of view, how many differ from the model's, and how many
 * discarding would change.
 * @param {Uint8Array} plane
 */
export function countsOf(plane) {
  let [vessels, model, field, differing, discardable] = [0, 0, 0, 0, 0];
  for (let i = 0; i < plane.length; i += 1) {
    vessels += plane[i] & VESSEL;
    if (plane[i] & MODEL) model += 1;
    if (plane[i] & FIELD) field += 1;
    if (differs(plane[i], MODEL)) differing += 1;
    if (differs(plane[i], BASE)) discardable += 1;
  }
  return { vessels, model, field, differing, discardable };
}

/**
 * @param {number} value of the plane
 * @param {number} bit
 */
function differs(value, bit) {
  return Boolean(value & VESSEL) !== Boolean(value & bit);
}

/**
 * By how many pixels more the vessels differ from the model's than before, or from what discarding goes back to, once runs have been
 * flipped or painted.
 * @param {Uint8Array} plane
 * @param {ArrayLike<number>} runs
 * @param {boolean} [model]
 */
export function departed(plane, runs, model = true) {
  const bit = model ? MODEL : BASE;
  let sum = 0;
  for (let at = 0; at < runs.length; at += 2) {
    for (let i = runs[at], end = i + runs[at + 1]; i < end; i += 1) sum += differs(plane[i], bit) ? 1 : -1;
  }
  return sum;
}

/**
 * @param {number} value of the plane
 * @param {boolean} model whether the model's vessels are asked for, not those of now
 */
export function isVessel(value, model) {
  return (value & (model ? MODEL : VESSEL)) !== 0;
}

/**
 * The pixels under a round brush that is led from one spot to another, as runs within the photograph.
 * @param {Point} from in pixels of the photograph, counted from its corner
 * @param {Point} to
 * @param {number} diameter in pixels, odd
 * @param {Size} size
 */
export function under(from, to, diameter, { width, height }) {
  const radius = diameter / 2;
  const ends = [from, to].map(({ x, y }) => ({ x: Math.floor(x), y: Math.floor(y) }));
  const [a, b] = ends;
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const normal = { x: (-(b.y - a.y) / length) * radius, y: ((b.x - a.x) / length) * radius };
  /** @type {number[]} */
  const runs = [];
  const last = Math.min(height - 1, Math.floor(Math.max(a.y, b.y) + radius));
  for (let y = Math.max(0, Math.ceil(Math.min(a.y, b.y) - radius)); y <= last; y += 1) {
    let [low, high] = [Infinity, -Infinity];
    for (const end of ends) {
      const half = Math.sqrt(radius ** 2 - (y - end.y) ** 2); // NaN if the row does not meet this circle
      if (half >= 0) [low, high] = [Math.min(low, end.x - half), Math.max(high, end.x + half)];
    }
    for (const side of [1, -1]) { // the straight sides between the circles
      const [y1, y2] = [a.y + side * normal.y, b.y + side * normal.y];
      if (y1 === y2 || (y - y1) * (y - y2) > 0) continue;
      const x = a.x + side * normal.x + ((y - y1) / (y2 - y1)) * (b.x - a.x);
      [low, high] = [Math.min(low, x), Math.max(high, x)];
    }
    const [first, end] = [Math.max(0, Math.ceil(low)), Math.min(width - 1, Math.floor(high)) + 1];
    if (end > first) runs.push(y * width + first, end - first);
  }
  return runs;
}

/**
 * Makes pixels within the field of view vessel, or not, and returns as runs those that have changed.
 * @param {Uint8Array} plane
 * @param {number[]} runs
 * @param {boolean} on
 */
export function paint(plane, runs, on) {
  /** @type {number[]} */
  const changed = [];
  const wanted = FIELD | (on ? 0 : VESSEL);
  for (let at = 0; at < runs.length; at += 2) {
    const end = runs[at] + runs[at + 1];
    for (let i = runs[at], begun = -1; i <= end; i += 1) {
      const changes = i < end && (plane[i] & (FIELD | VESSEL)) === wanted;
      if (changes) plane[i] ^= VESSEL;
      if (changes && begun < 0) begun = i;
      if (!changes && begun >= 0) {
        changed.push(begun, i - begun);
        begun = -1;
      }
    }
  }
  return changed;
}

/**
 * Turns vessel into none and none into vessel. Twice, it changes nothing.
 * @param {Uint8Array} plane
 * @param {ArrayLike<number>} runs
 */
export function flip(plane, runs) {
  for (let at = 0; at < runs.length; at += 2) {
    for (let i = runs[at], end = i + runs[at + 1]; i < end; i += 1) plane[i] ^= VESSEL;
  }
}

/**
 * By how many pixels there is more vessel than before, once runs have been flipped or painted.
 * @param {Uint8Array} plane
 * @param {ArrayLike<number>} runs each all vessel, or all none
 */
export function gained(plane, runs) {
  let sum = 0;
  for (let at = 0; at < runs.length; at += 2) sum += (plane[runs[at]] & VESSEL ? 1 : -1) * runs[at + 1];
  return sum;
}

/**
 * Where discarding would change the vessels, as runs that are all vessel or all none.
 * @param {Uint8Array} plane
 * @param {Size} size
 */
export function discarded(plane, { width, height }) {
  /** @type {number[]} */
  const runs = [];
  for (let y = 0; y < height; y += 1) {
    const end = (y + 1) * width;
    for (let i = y * width, begun = -1; i <= end; i += 1) {
      const value = i < end ? plane[i] & (VESSEL | BASE) : 0;
      if (begun >= 0 && value !== (plane[begun] & (VESSEL | BASE))) {
        runs.push(begun, i - begun);
        begun = -1;
      }
      if (begun < 0 && (value === VESSEL || value === BASE)) begun = i;
    }
  }
  return runs;
}

/**
 * The smallest box round runs, or null if there are none.
 * @param {ArrayLike<number>} runs
 * @param {number} width
 * @returns {Box | null}
 */
export function boxOf(runs, width) {
  if (!runs.length) return null;
  const box = { left: Infinity, top: Infinity, right: 0, bottom: 0 };
  for (let at = 0; at < runs.length; at += 2) {
    const [x, y] = [runs[at] % width, Math.floor(runs[at] / width)];
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x + runs[at + 1]);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y + 1);
  }
  return box;
}
