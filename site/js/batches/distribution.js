// Draws how the values of a measurement are distributed: a histogram, and below it a box from quartile to quartile with
// the median as a line. The words say the same to those who cannot see it.

import { drawn } from '../ui/element.js';
import { ofService, plural } from '../ui/language.js';

/** @import { MeasurementStatistics } from 'openapi' */

/** @typedef {(value: number) => string} Written formats a value */

const [WIDTH, HEIGHT] = [160, 44];
const BARS_HEIGHT = 28;
const [BOX_TOP, BOX_HEIGHT] = [33, 8];

/**
 * The drawing, or null if there are too few values for one.
 * @param {MeasurementStatistics} statistics
 * @param {string} label of the measurement
 * @param {Written} written
 */
export function distribution(statistics, label, written) {
  const { histogram, lower_quartile: lower, median, upper_quartile: upper } = statistics;
  if (!histogram || typeof lower !== 'number' || typeof upper !== 'number' || typeof median !== 'number') return null;
  const x = (/** @type {number} */ value) => placeOf(value, histogram);
  return drawn(
    'svg',
    { class: 'distribution', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, role: 'img', 'aria-label': wordsOf(statistics, label, written) },
    ...bars(histogram.counts).map((bar) => drawn('rect', { class: 'bar-of', ...bar })),
    drawn('line', { class: 'whole', x1: 1, x2: WIDTH - 1, y1: BOX_TOP + BOX_HEIGHT / 2, y2: BOX_TOP + BOX_HEIGHT / 2 }),
    drawn('rect', { class: 'box', x: x(lower), width: Math.max(1, x(upper) - x(lower)), y: BOX_TOP, height: BOX_HEIGHT }),
    drawn('line', { class: 'median', x1: x(median), x2: x(median), y1: BOX_TOP - 2, y2: BOX_TOP + BOX_HEIGHT + 2 }),
  );
}

/**
 * The bars of a histogram. The highest is as high as there is room; one that counts anything can be seen.
 * @param {number[]} counts
 */
export function bars(counts) {
  const most = Math.max(...counts);
  const step = WIDTH / counts.length;
  return counts.map((count, i) => {
    const height = count ? Math.max(1.5, (count / most) * BARS_HEIGHT) : 0;
    return { x: i * step + 0.5, width: Math.max(0.5, step - 1), y: BARS_HEIGHT - height, height };
  });
}

/**
 * @param {number} value
 * @param {{ low: number, high: number }} range a single value lies in the middle
 */
export function placeOf(value, { low, high }) {
  return high > low ? 1 + ((value - low) / (high - low)) * (WIDTH - 2) : WIDTH / 2;
}

/**
 * @param {MeasurementStatistics} statistics
 * @param {string} label
 * @param {Written} written
 */
function wordsOf({ count, minimum, lower_quartile: lower, median, upper_quartile: upper, maximum }, label, written) {
  const [least, from, middle, to, most] = [minimum, lower, median, upper, maximum].map((value) => written(value ?? NaN));
  return plural(
    count,
    'Distribution of {label}: {n} value from {least} to {most}; half of them between {from} and {to}; median {middle}',
    'Distribution of {label}: {n} values from {least} to {most}; half of them between {from} and {to}; median {middle}',
    { label: ofService(label), least, most, from, to, middle },
  );
}
