// The scale of a chart's axis: where a value lies, and how much of the axis must be shown so that noise does not look
// like change.

/** @typedef {ReturnType<typeof scale>} Scale */
/** @typedef {(value: number) => [low: number, high: number] | null} Band the values that may differ from one by chance */

// In bands; as a share of the values where no band is known.
const LEAST_BANDS = 2;
const LEAST_SHARE = 0.2;

/**
 * How many units the axis must show at least: two bands, or a fifth of the values where no band is known.
 * @param {number[]} values
 * @param {Band} band
 */
export function leastSpan(values, band) {
  const middle = (Math.min(...values) + Math.max(...values)) / 2;
  const [low, high] = band(middle) ?? [0, 0];
  return LEAST_BANDS * (high - low) || LEAST_SHARE * Math.abs(middle);
}

/**
 * Maps values to positions. If all values are the same, they lie in the middle, unless that would be below `minimum`.
 * @param {number[]} values
 * @param {number} from
 * @param {number} to
 * @param {number} margin space beyond the smallest and largest value, as a fraction of their difference
 * @param {{ least?: number, minimum?: number }} [limits] `least`: of the span that is shown; `minimum`: nothing is below it
 */
export function scale(values, from, to, margin, { least: span = 0, minimum = -Infinity } = {}) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const usual = (most - least || Math.abs(most) * 0.2 || 1) * (most === least ? 0.5 : margin);
  const room = Math.max(usual, (span - (most - least)) / 2);
  const [low, high] = [Math.max(least - room, Math.min(minimum, least)), most + room];
  return { low, high, at: (/** @type {number} */ value) => from + ((value - low) / (high - low)) * (to - from) };
}
