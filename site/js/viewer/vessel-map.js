// The vessels as they can be drawn: filled, as outline, as centre-lines, or as heat map of their probability. Pure; it
// runs in drawing-worker.js. A plane is Uint8Array[height * width], row by row.

/** @typedef {'filled' | 'outline' | 'centre-lines' | 'probability'} VesselStyle */
/** @typedef {{ width: number, height: number }} Size */

/** From dark blue to yellow, in steps that look alike to colour-blind eyes, too; the first is probability 0. */
const HEAT = [[0, 34, 78], [53, 69, 108], [102, 105, 112], [148, 142, 119], [200, 184, 102], [254, 232, 56]];

/**
 * The vessels of a probability map (255 is certain) as 0 and 1: where it is greater than `threshold` (0 to 1).
 * @param {Uint8Array} probability
 * @param {number} threshold
 */
export function over(probability, threshold) {
  const level = threshold * 255;
  const vessels = new Uint8Array(probability.length);
  for (let i = 0; i < probability.length; i += 1) vessels[i] = probability[i] > level ? 1 : 0;
  return vessels;
}

/**
 * How many pixels are vessel, in a plane of 0 and 1.
 * @param {Uint8Array} vessels
 */
export function count(vessels) {
  let sum = 0;
  for (let i = 0; i < vessels.length; i += 1) sum += vessels[i];
  return sum;
}

/**
 * The pixels of the field of view, from how many of them are vessel and their share; null if that share says nothing.
 * @param {number} vessels
 * @param {number | null | undefined} density
 */
export function areaOf(vessels, density) {
  return vessels && density ? Math.round(vessels / density) : null;
}

/**
 * The vessel pixels that touch what is no vessel at one of their four sides.
 * @param {Uint8Array} vessels
 * @param {Size} size
 */
export function outline(vessels, { width, height }) {
  const rim = new Uint8Array(vessels.length);
  for (let y = 0, i = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, i += 1) {
      if (!vessels[i]) continue;
      const inside = x > 0 && x < width - 1 && y > 0 && y < height - 1
        && vessels[i - 1] && vessels[i + 1] && vessels[i - width] && vessels[i + width];
      if (!inside) rim[i] = 1;
    }
  }
  return rim;
}

/**
 * Lines of one pixel's width along the middle of the vessels, by the thinning of Zhang and Suen (1984).
 * @param {Uint8Array} vessels
 * @param {Size} size
 */
export function centreLines(vessels, { width, height }) {
  const row = width + 2; // a margin of one pixel spares the question of what lies beyond
  const plane = new Uint8Array(row * (height + 2));
  for (let y = 0; y < height; y += 1) plane.set(vessels.subarray(y * width, (y + 1) * width), (y + 1) * row + 1);
  // The neighbours of a pixel, clockwise from the one above it.
  const round = [-row, 1 - row, 1, 1 + row, row, row - 1, -1, -1 - row];
  /** @type {number[]} */
  let left = [];
  for (let i = 0; i < plane.length; i += 1) if (plane[i]) left.push(i);
  for (let gone = 1, pass = 0, before = 1; gone || before; pass += 1) {
    const removed = left.filter((i) => mayGo(plane, i, round, pass % 2 === 1));
    for (const i of removed) plane[i] = 0;
    if (removed.length) left = left.filter((i) => plane[i]);
    [before, gone] = [gone, removed.length];
  }
  const lines = new Uint8Array(vessels.length);
  for (const i of left) lines[(Math.floor(i / row) - 1) * width + (i % row) - 1] = 1;
  return lines;
}

/**
 * @param {Uint8Array} plane
 * @param {number} i
 * @param {number[]} round
 * @param {boolean} second
 */
function mayGo(plane, i, round, second) {
  let [neighbours, starts] = [0, 0];
  for (let k = 0; k < 8; k += 1) {
    const here = plane[i + round[k]];
    neighbours += here;
    if (!here && plane[i + round[(k + 1) % 8]]) starts += 1;
  }
  if (neighbours < 2 || neighbours > 6 || starts !== 1) return false;
  const [up, right, down, left] = [0, 2, 4, 6].map((k) => plane[i + round[k]]);
  return second ? !(up * left * (right + down)) : !(right * down * (up + left));
}

/**
 * RGBA bytes of a plane of 0 and 1 in one colour, transparent elsewhere.
 * @param {Uint8Array} vessels
 * @param {number[]} colour red, green and blue, 0 to 255
 */
export function painted(vessels, [red, green, blue]) {
  const pixels = new Uint32Array(vessels.length);
  const packed = pack(red, green, blue, 255);
  for (let i = 0; i < vessels.length; i += 1) if (vessels[i]) pixels[i] = packed;
  return new Uint8ClampedArray(pixels.buffer);
}

/**
 * RGBA bytes of a probability map as heat; the less probable, the more transparent.
 * @param {Uint8Array} probability
 */
export function heat(probability) {
  const palette = Uint32Array.from({ length: 256 }, (_, value) => {
    const at = (value / 255) * (HEAT.length - 1);
    const [low, high] = [HEAT[Math.floor(at)], HEAT[Math.ceil(at)]];
    const [red, green, blue] = low.map((each, i) => Math.round(each + (high[i] - each) * (at % 1)));
    return pack(red, green, blue, Math.min(255, value * 4));
  });
  const pixels = new Uint32Array(probability.length);
  for (let i = 0; i < probability.length; i += 1) pixels[i] = palette[probability[i]];
  return new Uint8ClampedArray(pixels.buffer);
}

/**
 * As the bytes lie in memory on every processor that browsers run on.
 * @param {number} red
 * @param {number} green
 * @param {number} blue
 * @param {number} alpha
 */
function pack(red, green, blue, alpha) {
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
