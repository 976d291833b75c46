// Registers two photographs of a retina onto each other by their vessels: rough candidates by correlation, each refined by
// leading the centre-lines of one to the nearest of the other, first with a similarity, then with an affine transform.
// Pure. Whether they belong together is judged by how many centre-lines then coincide, beyond what would by chance.

import { distanceTo, isInside, linesOf } from './centre-lines.js';
import { candidates } from './correlation.js';
import { apply, compose, fitAffine, fitSimilarity, inverted, shapeOf, similarity } from './transforms.js';

/** @import { Lines, Plane } from './centre-lines.js' */
/** @import { Transform } from './transforms.js' */

/**
 * @typedef {object} Registration
 * @property {boolean} found whether the photographs could be registered
 * @property {Transform} transform from pixels of the first plane to those of the second
 * @property {number} agreement share of the centre-lines in both fields that coincide, beyond chance: 0 is chance, 1 is all
 * @property {number} overlap share of the first field of view that the second shows, too
 * @property {number} residual median distance of the centre-lines that coincide, in pixels of the first plane
 */

/** Width of the field of view, in pixels, of the planes that are registered. */
export const FIELD_WIDTH = 400;
/** Centre-lines nearer than this coincide: pixels at that width. */
export const NEAR = 3;
const TRIED = 12;
const KEPT = 3;
const ROUGH_POINTS = 500;
/** Distances, in pixels, beyond which pairs are left out, step by step. */
const ROUGH = [28, 22, 18, 14, 11, 9, 8, 7];
const FINE = [9, 8, 7, 6, 6, 5, 5, 4, 4, 4, 4];
/**
 * What counts as registered; models/evaluation/registration.py measures it. With fewer points, a few vessels of one eye
 * can be laid on those of another.
 */
const LEAST = { agreement: 0.36, overlap: 0.25, points: 600 };
const MOST = { degrees: 30, scale: 1.6, stretch: 1.1 };

/**
 * @param {Plane} first
 * @param {Plane} second both with a field of view of FIELD_WIDTH
 * @returns {Registration}
 */
export function register(first, second) {
  const [a, b] = [linesOf(first), linesOf(second)];
  /** @type {Registration} */
  const none = { found: false, transform: similarity({}), agreement: 0, overlap: 0, residual: 0 };
  if (Math.min(a.points.length, b.points.length) < 2 * LEAST.points) return none;
  const rough = candidates(relative(a), relative(b))
    .slice(0, TRIED)
    .map((candidate) => {
      const transform = refined(a, b, startOf(a, b, candidate), ROUGH, fitSimilarity, ROUGH_POINTS);
      return { transform, ...agreementOf(a, b, transform, ROUGH_POINTS) };
    });
  const best = rough
    .sort((one, other) => other.agreement - one.agreement)
    .slice(0, KEPT)
    .map(({ transform }) => {
      const fine = refined(a, b, refined(a, b, transform, FINE, fitSimilarity), FINE, fitAffine);
      return { transform: fine, ...agreementOf(a, b, fine) };
    })
    .sort((one, other) => other.agreement - one.agreement)[0];
  return { ...best, found: isPlausible(best) };
}

/** @param {Omit<Registration, 'found'> & { points: number }} registration */
function isPlausible({ transform, agreement, overlap, points }) {
  const { degrees, scale, stretch } = shapeOf(transform);
  return agreement >= LEAST.agreement && overlap >= LEAST.overlap && points >= LEAST.points
    && Math.abs(degrees) <= MOST.degrees && Math.max(scale, 1 / scale) <= MOST.scale && stretch <= MOST.stretch;
}

/**
 * Points relative to the middle of the field of view, in its radii.
 * @param {Lines} lines
 */
function relative({ points, field: { x, y, radius } }) {
  return points.map((each, i) => (each - (i % 2 ? y : x)) / radius);
}

/**
 * @param {Lines} a
 * @param {Lines} b
 * @param {{ degrees: number, scale: number, x: number, y: number }} candidate
 */
function startOf({ field: from }, { field: to }, { degrees, scale, x, y }) {
  const turned = similarity({ degrees, scale: (scale * to.radius) / from.radius, x: to.x + x * to.radius, y: to.y + y * to.radius });
  return compose(turned, similarity({ x: -from.x, y: -from.y }));
}

/**
 * Iterated closest points, pairs beyond a shrinking distance left out.
 * @param {Lines} a
 * @param {Lines} b
 * @param {Transform} start
 * @param {number[]} limits
 * @param {(pairs: number[]) => Transform} fit
 * @param {number} [most] points to look at
 */
function refined(a, b, start, limits, fit, most = Infinity) {
  const step = 2 * Math.max(1, Math.floor(a.points.length / 2 / most));
  let transform = start;
  for (const limit of limits) {
    /** @type {number[]} */
    const pairs = [];
    for (let i = 0; i < a.points.length; i += step) {
      const [x, y] = apply(transform, a.points[i], a.points[i + 1]);
      if (distanceTo(b, x, y) > limit) continue;
      const at = b.nearest[Math.round(y) * b.width + Math.round(x)];
      pairs.push(a.points[i], a.points[i + 1], at % b.width, Math.floor(at / b.width));
    }
    if (pairs.length < 40) break;
    transform = fit(pairs);
  }
  return transform;
}

/**
 * @param {Lines} a
 * @param {Lines} b
 * @param {Transform} transform
 * @param {number} [most]
 */
function agreementOf(a, b, transform, most = Infinity) {
  const back = inverted(transform);
  const [there, here] = [oneWay(a, b, transform, most), oneWay(b, a, back, most)];
  return {
    agreement: (there.agreement + here.agreement) / 2,
    overlap: there.overlap,
    points: Math.min(there.points, here.points),
    residual: there.residual / shapeOf(transform).scale,
  };
}

/**
 * @param {Lines} from
 * @param {Lines} to
 * @param {Transform} transform
 * @param {number} most
 */
function oneWay(from, to, transform, most) {
  const step = 2 * Math.max(1, Math.floor(from.points.length / 2 / most));
  /** @type {number[]} */
  const near = [];
  let within = 0;
  for (let i = 0; i < from.points.length; i += step) {
    const [x, y] = apply(transform, from.points[i], from.points[i + 1]);
    if (!isInside(to.field, x, y)) continue;
    within += 1;
    const distance = distanceTo(to, x, y);
    if (distance <= NEAR) near.push(distance);
  }
  const { overlap, covered } = chance(from, to, transform);
  const agreement = within ? Math.max(0, (near.length / within - covered) / (1 - covered)) : 0;
  return { agreement, overlap, points: (within * step) / 2, residual: near.sort((p, q) => p - q)[Math.floor(near.length / 2)] ?? 0 };
}

/**
 * The share of one field of view that lies in the other, and the share of that which is near a centre-line there.
 * @param {Lines} from
 * @param {Lines} to
 * @param {Transform} transform
 */
function chance({ field }, to, transform) {
  let [all, inside, covered] = [0, 0, 0];
  for (let y = field.top; y < field.bottom; y += 5) {
    for (let x = field.left; x < field.right; x += 5) {
      if (!isInside(field, x, y)) continue;
      all += 1;
      const [u, v] = apply(transform, x, y);
      if (!isInside(to.field, u, v)) continue;
      inside += 1;
      if (distanceTo(to, u, v) <= NEAR) covered += 1;
    }
  }
  return { overlap: all ? inside / all : 0, covered: inside ? Math.min(covered / inside, 0.9) : 0.9 };
}
