// Formats measurements the way the service's list describes them, so that no measurement is known here by name.

import { decimal, ofService, t } from './language.js';
import { withUnit } from './with-unit.js';

/** @import { MeasurementDescription as Measurement } from 'openapi' */

/** @typedef {Record<string, number | null>} Values by measurement name */

const NOTHING = t('not measurable');

/**
 * “10.7 %”, or “152 µm”.
 * @param {Measurement} measurement
 * @param {number | null} value
 */
export function valueOf({ display: { factor, decimals, unit } }, value) {
  return value === null ? NOTHING : withUnit(decimal(factor * value, decimals), unit && ofService(unit));
}

/**
 * The same, for the measurement's value among those of all measurements.
 * @param {Measurement} measurement
 * @param {Values} values
 */
export function valueIn(measurement, values) {
  return valueOf(measurement, values[measurement.name] ?? null);
}

/**
 * “10.2 to 11.4”, in the unit in which the value is shown.
 * @param {Measurement} measurement
 * @param {[low: number, high: number]} interval
 */
export function rangeOf({ display: { factor, decimals } }, interval) {
  const [low, high] = interval.map((value) => decimal(factor * value, decimals));
  return t('{low} to {high}', { low, high });
}

/**
 * “10.7 % of the field of view”.
 * @param {Measurement} measurement
 * @param {Values} values
 */
export function valueInContext(measurement, values) {
  const words = valueIn(measurement, values);
  const { context } = measurement.display;
  return words === NOTHING || !context ? words : `${words} ${ofService(context)}`;
}

/**
 * “vascular density 10.7 %”.
 * @param {Measurement} measurement
 * @param {Values} values
 */
export function labelled(measurement, values) {
  return `${ofService(measurement.label)} ${valueIn(measurement, values)}`;
}

/**
 * The label with a capital letter, for the start of a sentence or heading.
 * @param {Pick<Measurement, 'label'>} measurement
 */
export function heading({ label }) {
  const words = ofService(label);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
