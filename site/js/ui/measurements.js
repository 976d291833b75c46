// Formats measurements the way the service's list describes them, so that no measurement is known here by name.

/** @import { MeasurementDescription as Measurement } from 'openapi' */

/** @typedef {Record<string, number | null>} Values by measurement name */

const NOTHING = 'not measurable';

/**
 * “10.7 %”, or “152 µm”.
 * @param {Measurement} measurement
 * @param {number | null} value
 */
export function valueOf({ display: { factor, decimals, unit } }, value) {
  return value === null ? NOTHING : `${(factor * value).toFixed(decimals)}${unit && ` ${unit}`}`;
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
  return interval.map((value) => (factor * value).toFixed(decimals)).join(' to ');
}

/**
 * “10.7 % of the field of view”.
 * @param {Measurement} measurement
 * @param {Values} values
 */
export function valueInContext(measurement, values) {
  const words = valueIn(measurement, values);
  const { context } = measurement.display;
  return words === NOTHING || !context ? words : `${words} ${context}`;
}

/**
 * “vascular density 10.7 %”.
 * @param {Measurement} measurement
 * @param {Values} values
 */
export function labelled(measurement, values) {
  return `${measurement.label} ${valueIn(measurement, values)}`;
}

/**
 * The label with a capital letter, for the start of a sentence or heading.
 * @param {Pick<Measurement, 'label'>} measurement
 */
export function heading({ label }) {
  return label.charAt(0).toUpperCase() + label.slice(1);
}
