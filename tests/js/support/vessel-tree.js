// Made-up vessel trees: branches that leave a disc, bend and fork, as lines that can be drawn under any transform.

import { apply } from '../../../site/js/registration/transforms.js';

/** @import { Transform } from '../../../site/js/registration/transforms.js' */
/** @typedef {{ points: [number, number][], width: number }} Branch in pixels of a field of view of 400 */

export const SIZE = 420;
export const MIDDLE = SIZE / 2;
export const FIELD = { x: MIDDLE, y: MIDDLE, radius: 200, left: 10, top: 10, right: 410, bottom: 410 };

/** @param {number} seed */
export function numbers(seed) {
  let state = seed * 2654435761;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** @param {number} seed @returns {Branch[]} */
export function tree(seed) {
  const random = numbers(seed);
  const [x, y] = [MIDDLE + (random() < 0.5 ? -90 : 90), MIDDLE + 40 * (random() - 0.5)];
  /** @type {Branch[]} */
  const branches = [];
  const grow = (/** @type {number} */ left, /** @type {number} */ top, /** @type {number} */ start, /** @type {number} */ width, /** @type {number} */ bend) => {
    let [px, py, angle] = [left, top, start];
    /** @type {[number, number][]} */
    const points = [[px, py]];
    const steps = 12 + Math.floor(random() * 16);
    for (let i = 0; i < steps; i += 1) {
      angle += bend + (random() - 0.5) * 0.3;
      px += 5 * Math.cos(angle);
      py += 5 * Math.sin(angle);
      points.push([px, py]);
      if (width > 1 && random() < 0.07) grow(px, py, angle + (random() < 0.5 ? -0.9 : 0.9), width - 1, (random() - 0.5) * 0.06);
    }
    branches.push({ points, width });
    if (width > 1) for (const side of [-1, 1]) grow(px, py, angle + side * (0.3 + 0.4 * random()), width - 1, (random() - 0.5) * 0.06);
  };
  for (let i = 0; i < 6; i += 1) grow(x, y, (i / 6) * 2 * Math.PI + random(), 4, (random() - 0.5) * 0.1);
  return branches;
}

/**
 * The tree as a camera at another place sees it.
 * @param {Branch[]} branches
 * @param {Transform} transform
 * @param {(branch: number) => boolean} [seen] whether a branch was found
 */
export function plane(branches, transform, seen = () => true) {
  const vessels = new Uint8Array(SIZE * SIZE);
  branches.forEach(({ points, width }, branch) => {
    if (!seen(branch)) return;
    for (let i = 1; i < points.length; i += 1) {
      for (let t = 0; t < 1; t += 0.1) {
        const [x, y] = apply(transform, points[i - 1][0] + t * (points[i][0] - points[i - 1][0]), points[i - 1][1] + t * (points[i][1] - points[i - 1][1]));
        dot(vessels, x, y, 0.6 + width / 2);
      }
    }
  });
  return { vessels, width: SIZE, height: SIZE, field: FIELD };
}

/** @param {Uint8Array} vessels @param {number} x @param {number} y @param {number} radius */
function dot(vessels, x, y, radius) {
  for (let v = Math.ceil(y - radius); v <= y + radius; v += 1) {
    for (let u = Math.ceil(x - radius); u <= x + radius; u += 1) {
      if ((u - x) ** 2 + (v - y) ** 2 <= radius ** 2 && (u - FIELD.x) ** 2 + (v - FIELD.y) ** 2 < FIELD.radius ** 2) vessels[v * SIZE + u] = 1;
    }
  }
}
