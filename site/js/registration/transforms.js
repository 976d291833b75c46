// Affine transforms of the plane: found by least squares from pairs of points, applied, composed and inverted. Pure.

/** @typedef {{ a: number, b: number, c: number, d: number, e: number, f: number }} Transform x' = a x + c y + e, y' = b x + d y + f, as in CSS */

/** @type {Transform} */
export const IDENTITY = { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 };

/**
 * @param {{ degrees?: number, scale?: number, x?: number, y?: number }} parts turned clockwise as seen on the screen
 * @returns {Transform}
 */
export function similarity({ degrees = 0, scale = 1, x = 0, y = 0 }) {
  const [cosine, sine] = [Math.cos, Math.sin].map((of) => scale * of((degrees * Math.PI) / 180));
  return { a: cosine, b: sine, c: -sine, d: cosine, e: x, f: y };
}

/**
 * @param {Transform} transform
 * @param {number} x
 * @param {number} y
 * @returns {[number, number]}
 */
export function apply({ a, b, c, d, e, f }, x, y) {
  return [a * x + c * y + e, b * x + d * y + f];
}

/**
 * First `inner`, then `outer`.
 * @param {Transform} outer
 * @param {Transform} inner
 * @returns {Transform}
 */
export function compose(outer, inner) {
  const [e, f] = apply(outer, inner.e, inner.f);
  return {
    a: outer.a * inner.a + outer.c * inner.b,
    b: outer.b * inner.a + outer.d * inner.b,
    c: outer.a * inner.c + outer.c * inner.d,
    d: outer.b * inner.c + outer.d * inner.d,
    e,
    f,
  };
}

/**
 * @param {Transform} transform whose determinant is not 0
 * @returns {Transform}
 */
export function inverted({ a, b, c, d, e, f }) {
  const determinant = a * d - b * c;
  const [ia, ib, ic, id] = [d / determinant, -b / determinant, -c / determinant, a / determinant];
  return { a: ia, b: ib, c: ic, d: id, e: -(ia * e + ic * f), f: -(ib * e + id * f) };
}

/** @param {Transform} transform how far it turns (degrees), enlarges, and stretches one direction more than another */
export function shapeOf({ a, b, c, d }) {
  const [sum, difference] = [Math.hypot(a + d, b - c) / 2, Math.hypot(a - d, b + c) / 2];
  return {
    degrees: (Math.atan2(b - c, a + d) * 180) / Math.PI,
    scale: Math.sqrt(Math.abs(a * d - b * c)),
    stretch: (sum + difference) / Math.max(Math.abs(sum - difference), 1e-9),
  };
}

/**
 * The similarity that leads the first point of each pair nearest to the second. Pairs are x, y, x', y', one after the other.
 * @param {number[]} pairs at least two different ones
 * @returns {Transform}
 */
export function fitSimilarity(pairs) {
  const [x0, y0, u0, v0] = means(pairs);
  let [dot, cross, square] = [0, 0, 0];
  for (let i = 0; i < pairs.length; i += 4) {
    const [x, y, u, v] = [pairs[i] - x0, pairs[i + 1] - y0, pairs[i + 2] - u0, pairs[i + 3] - v0];
    dot += x * u + y * v;
    cross += x * v - y * u;
    square += x * x + y * y;
  }
  const [cosine, sine] = [dot / square, cross / square];
  return { a: cosine, b: sine, c: -sine, d: cosine, e: u0 - cosine * x0 + sine * y0, f: v0 - sine * x0 - cosine * y0 };
}

/**
 * The same with an affine transform; the similarity if the points lie on a line.
 * @param {number[]} pairs
 * @returns {Transform}
 */
export function fitAffine(pairs) {
  const [x0, y0, u0, v0] = means(pairs);
  let [xx, xy, yy, xu, yu, xv, yv] = [0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < pairs.length; i += 4) {
    const [x, y, u, v] = [pairs[i] - x0, pairs[i + 1] - y0, pairs[i + 2] - u0, pairs[i + 3] - v0];
    xx += x * x;
    xy += x * y;
    yy += y * y;
    xu += x * u;
    yu += y * u;
    xv += x * v;
    yv += y * v;
  }
  const determinant = xx * yy - xy * xy;
  if (determinant < 1e-6 * xx * yy) return fitSimilarity(pairs);
  const [a, c] = [(xu * yy - yu * xy) / determinant, (yu * xx - xu * xy) / determinant];
  const [b, d] = [(xv * yy - yv * xy) / determinant, (yv * xx - xv * xy) / determinant];
  return { a, b, c, d, e: u0 - a * x0 - c * y0, f: v0 - b * x0 - d * y0 };
}

/** @param {number[]} pairs */
function means(pairs) {
  const sums = [0, 0, 0, 0];
  pairs.forEach((value, i) => (sums[i % 4] += value));
  return sums.map((sum) => (4 * sum) / pairs.length);
}
