// How one set of points can be turned, scaled and shifted so that it lies on another, roughly: every turn and scale is
// tried, and all shifts at once by cross-correlation (the product of Fourier transforms). Pure. Points are x, y, x, y...
// relative to the middle of the field of view, whose radius is 1.

/** Cells of the grid; the field of view takes GRID / 2 - 4 on each side, the rest is room to shift. */
const GRID = 64;
const CELLS = 128;
const RADIUS = GRID / 2 - 4;
const ANGLES = Array.from({ length: 15 }, (_, i) => (i - 7) * 3);
const SCALES = Array.from({ length: 7 }, (_, i) => 1.05 ** (i - 3));
/** Shifts beyond this share of the radius leave too little in both. */
const FARTHEST = 1.3;

const TURNS = Array.from({ length: CELLS / 2 }, (_, k) => (2 * Math.PI * k) / CELLS);
const COSINES = Float64Array.from(TURNS, Math.cos);
const SINES = Float64Array.from(TURNS, Math.sin);
/** Of each place in a row, the one with the reversed bits. */
const REVERSED = Uint8Array.from({ length: CELLS }, (_, i) => parseInt(i.toString(2).padStart(Math.log2(CELLS), '0').split('').reverse().join(''), 2));

/** @typedef {{ degrees: number, scale: number, x: number, y: number, score: number }} Candidate shift in radii */

/**
 * The best shift for each turn and scale, best first.
 * @param {Float64Array} first
 * @param {Float64Array} second
 * @returns {Candidate[]}
 */
export function candidates(first, second) {
  const target = [plane(second, 0, 1), new Float64Array(CELLS * CELLS)];
  transform(target[0], target[1], false);
  const tries = SCALES.flatMap((scale) => ANGLES.map((degrees) => ({ degrees, scale })));
  /** @type {Candidate[]} */
  const found = [];
  // Two at a time: one as the real part, one as the imaginary.
  for (let i = 0; i < tries.length; i += 2) {
    const pair = tries.slice(i, i + 2);
    const [real, imaginary] = [0, 1].map((k) => (pair[k] ? plane(first, pair[k].degrees, pair[k].scale) : new Float64Array(CELLS * CELLS)));
    transform(real, imaginary, false);
    for (let k = 0; k < real.length; k += 1) {
      // Times the conjugate would give where the first lies in the second; the other way round, its conjugate.
      const [a, b, c, d] = [real[k], imaginary[k], target[0][k], -target[1][k]];
      real[k] = a * c - b * d;
      imaginary[k] = a * d + b * c;
    }
    transform(real, imaginary, true);
    pair.forEach((each, k) => found.push({ ...each, ...peak(k ? imaginary : real) }));
  }
  return found.sort((a, b) => b.score - a.score);
}

/**
 * The points, turned and scaled, as density on the grid, blurred; the mean within the field of view is 0.
 * @param {Float64Array} points
 * @param {number} degrees
 * @param {number} scale
 */
function plane(points, degrees, scale) {
  const cells = new Float64Array(CELLS * CELLS);
  const [cosine, sine] = [Math.cos, Math.sin].map((of) => RADIUS * scale * of((degrees * Math.PI) / 180));
  const weight = 4 / points.length;
  for (let i = 0; i < points.length; i += 2) {
    const x = GRID / 2 + cosine * points[i] - sine * points[i + 1];
    const y = GRID / 2 + sine * points[i] + cosine * points[i + 1];
    const [left, top] = [Math.floor(x), Math.floor(y)];
    if (left < 1 || top < 1 || left > GRID - 2 || top > GRID - 2) continue;
    const [right, low] = [x - left, y - top];
    const at = top * CELLS + left;
    cells[at] += weight * (1 - right) * (1 - low);
    cells[at + 1] += weight * right * (1 - low);
    cells[at + CELLS] += weight * (1 - right) * low;
    cells[at + CELLS + 1] += weight * right * low;
  }
  return centred(blurred(cells), RADIUS * scale);
}

/** @param {Float64Array} cells */
function blurred(cells) {
  for (const step of [1, CELLS]) {
    const before = cells.slice();
    for (let y = 1; y < GRID - 1; y += 1) {
      for (let x = 1, i = y * CELLS + 1; x < GRID - 1; x += 1, i += 1) cells[i] = (before[i - step] + 2 * before[i] + before[i + step]) / 4;
    }
  }
  return cells;
}

/**
 * @param {Float64Array} cells
 * @param {number} radius
 */
function centred(cells, radius) {
  /** @type {number[]} */
  const inside = [];
  for (let y = 0; y < GRID; y += 1) {
    for (let x = 0; x < GRID; x += 1) if (Math.hypot(x - GRID / 2, y - GRID / 2) <= radius) inside.push(y * CELLS + x);
  }
  const mean = inside.reduce((sum, i) => sum + cells[i], 0) / inside.length;
  for (const i of inside) cells[i] -= mean;
  return cells;
}

/** @param {Float64Array} correlation at each shift of the second against the first, wrapped round */
function peak(correlation) {
  let [best, score] = [0, -Infinity];
  const farthest = (FARTHEST * RADIUS) ** 2;
  for (let i = 0; i < correlation.length; i += 1) {
    if (correlation[i] <= score) continue;
    const [x, y] = shift(i);
    if (x * x + y * y <= farthest) [best, score] = [i, correlation[i]];
  }
  const [x, y] = shift(best);
  // Where the first is found shifted by (x, y) against the second, it has to go back.
  return { x: -x / RADIUS, y: -y / RADIUS, score };
}

/** @param {number} i */
function shift(i) {
  return [i % CELLS, Math.floor(i / CELLS)].map((each) => (each >= CELLS / 2 ? each - CELLS : each));
}

/**
 * The Fourier transform of a square of CELLS, in place, with x and y exchanged: transforming back exchanges them again.
 * @param {Float64Array} real
 * @param {Float64Array} imaginary
 * @param {boolean} back
 */
function transform(real, imaginary, back) {
  for (let i = 0; i < CELLS; i += 1) line(real, imaginary, i * CELLS, back);
  transpose(real);
  transpose(imaginary);
  for (let i = 0; i < CELLS; i += 1) line(real, imaginary, i * CELLS, back);
}

/** @param {Float64Array} square */
function transpose(square) {
  for (let y = 1; y < CELLS; y += 1) {
    for (let x = 0; x < y; x += 1) exchange(square, y * CELLS + x, x * CELLS + y);
  }
}

/**
 * Cooley and Tukey's, radix 2, of a row.
 * @param {Float64Array} real
 * @param {Float64Array} imaginary
 * @param {number} start
 * @param {boolean} back
 */
function line(real, imaginary, start, back) {
  for (let i = 0; i < CELLS; i += 1) {
    if (i >= REVERSED[i]) continue;
    exchange(real, start + i, start + REVERSED[i]);
    exchange(imaginary, start + i, start + REVERSED[i]);
  }
  for (let half = 1; half < CELLS; half *= 2) {
    const turn = CELLS / 2 / half;
    for (let p = start; p < start + CELLS; p += half) {
      for (let k = 0; k < half; k += 1, p += 1) {
        const [cosine, sine, q] = [COSINES[k * turn], back ? SINES[k * turn] : -SINES[k * turn], p + half];
        const x = cosine * real[q] - sine * imaginary[q];
        const y = sine * real[q] + cosine * imaginary[q];
        real[q] = real[p] - x;
        imaginary[q] = imaginary[p] - y;
        real[p] += x;
        imaginary[p] += y;
      }
    }
  }
}

/**
 * @param {Float64Array} values
 * @param {number} i
 * @param {number} j
 */
function exchange(values, i, j) {
  const value = values[i];
  values[i] = values[j];
  values[j] = value;
}
