// What the repeatability of a measurement says about two values of it: whether they differ by more than two photographs
// of the same retina do. Bland and Altman's coefficient; the service's list of measurements states it.

import { valueOf } from '../ui/measurements.js';
import { locale, ofService, t } from '../ui/language.js';
import { withUnit } from '../ui/with-unit.js';

/** @import { MeasurementDescription as Measurement } from 'openapi' */
/** @import { Point } from './chart.js' */

/** @typedef {[low: number, high: number]} Range */

export const BY_CHANCE = t('Smaller than the repeatability of this measurement: may be chance.');

// A relative one of 2 or more would reach to infinity.
const MOST = 1.9;

/**
 * The values that differ from this one by less than the repeatability, or null if that is not known. A relative one is a
 * share of the mean of both values.
 * @param {Pick<Measurement, 'repeatability'>} measurement
 * @param {number} value
 * @returns {Range | null}
 */
export function bandAround({ repeatability }, value) {
  if (!repeatability) return null;
  const { coefficient, relative } = repeatability;
  if (!relative) return [value - coefficient, value + coefficient];
  const factor = (2 + Math.min(coefficient, MOST)) / (2 - Math.min(coefficient, MOST));
  return value < 0 ? [value * factor, value / factor] : [value / factor, value * factor];
}

/**
 * Whether the second value may differ from the first by chance.
 * @param {Pick<Measurement, 'repeatability'>} measurement
 * @param {number} first
 * @param {number} second
 */
export function mayBeChance(measurement, first, second) {
  const band = bandAround(measurement, first);
  return band !== null && second > band[0] && second < band[1];
}

/**
 * “+0.4 percentage points”, “−3 px”.
 * @param {Measurement} measurement
 * @param {number} first
 * @param {number} second
 */
export function changeOf(measurement, first, second) {
  const { display } = measurement;
  const unit = display.unit === '%' ? t('percentage points') : display.unit;
  const words = valueOf({ ...measurement, display: { ...display, unit } }, Math.abs(second - first));
  return `${second < first ? '−' : '+'}${words}`;
}

/**
 * The change since the last value that can be compared, “+0.4 percentage points (may be chance)”; empty if there is none.
 * @param {Measurement} measurement
 * @param {Pick<Point, 'value' | 'changes'>[]} points
 * @param {number} i
 */
export function changeSince(measurement, points, i) {
  const { value } = points[i];
  let before = i;
  do {
    if (!before || points[before].changes.length || value === null) return '';
    before -= 1;
  } while (points[before].value === null);
  const last = /** @type {number} */ (points[before].value);
  const change = changeOf(measurement, last, value);
  return mayBeChance(measurement, last, value) ? t('{change} (may be chance)', { change }) : change;
}

/**
 * The repeatability in words, or an empty text if it is not known.
 * @param {Measurement} measurement
 */
export function inWords(measurement) {
  const { repeatability, display } = measurement;
  if (!repeatability) return '';
  const { coefficient, relative } = repeatability;
  const much = relative ? t('{percent} % of the value', { percent: twoDigits(100 * coefficient) }) : absolute(coefficient * display.factor, display.unit);
  return t('Repeatability: {much}. In 95 of 100 cases, two photographs of the same retina differ by less (simulated).', { much });
}

/**
 * @param {number} coefficient in the unit of `display`
 * @param {string} unit
 */
function absolute(coefficient, unit) {
  const written = twoDigits(coefficient);
  if (unit === '%') return `${written} ${t('percentage points')}`;
  return withUnit(written, unit && ofService(unit));
}

/** @param {number} value */
function twoDigits(value) {
  return value.toLocaleString(locale, { maximumSignificantDigits: 2, useGrouping: false });
}
