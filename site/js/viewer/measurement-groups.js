// The measurements below the first group's, in their groups. A group without any value says why in one sentence.

import { element } from '../ui/element.js';
import { ofService, t } from '../ui/language.js';
import { definitionOf } from './measurement-definition.js';
import { heading, rangeOf, valueIn } from '../ui/measurements.js';

/** @import { MeasurementDescription as Measurement } from 'openapi' */
/** @import { Values } from '../ui/measurements.js' */

/** @typedef {Record<string, [low: number, high: number] | null>} Intervals by measurement name */
/** @typedef {{ name: string, measurements: Measurement[] }} Group */

/**
 * The measurements by their group, in the order in which the groups first appear.
 * @param {Measurement[]} measurements
 * @returns {Group[]}
 */
export function groupsOf(measurements) {
  const names = [...new Set(measurements.map(({ group }) => group))];
  return names.map((name) => ({ name, measurements: measurements.filter(({ group }) => group === name) }));
}

/**
 * Why a group has no value at all: the reason that most of its measurements have; '' if it has one, or none is known.
 * @param {Group} group
 * @param {Values} values
 * @param {Record<string, string>} reasons
 */
export function reasonOf({ measurements }, values, reasons) {
  if (measurements.some(({ name }) => (values[name] ?? null) !== null)) return '';
  const known = measurements.flatMap(({ name }) => reasons[name] ?? []);
  const count = (/** @type {string} */ reason) => known.filter((each) => each === reason).length;
  return known.reduce((most, each) => (count(each) > count(most) ? each : most), known[0] ?? '');
}

/**
 * Why one value of a group is null, where others are not.
 * @param {Measurement} measurement
 * @param {Values} values
 * @param {Record<string, string>} reasons
 */
function reasonFor({ name }, values, reasons) {
  const unmeasured = (values[name] ?? null) === null && reasons[name];
  return unmeasured ? [element('p', { class: 'note' }, ofService(reasons[name]))] : [];
}

/**
 * The interval of a value by threshold, in small print below it, if it is known.
 * @param {Measurement} measurement
 * @param {Intervals} intervals
 */
export function intervalOf(measurement, intervals) {
  const interval = intervals[measurement.name];
  return interval ? [element('span', { class: 'interval' }, t('{range} by threshold', { range: rangeOf(measurement, interval) }))] : [];
}

/**
 * A heading and the values of one group.
 * @param {Group} group
 * @param {Values} values
 * @param {Record<string, string>} reasons
 * @param {Intervals} intervals
 */
export function groupView(group, values, reasons, intervals) {
  const title = element('h3', {}, heading({ label: group.name }));
  const none = group.measurements.every(({ name }) => (values[name] ?? null) === null);
  const why = none ? [element('p', { class: 'note' }, ofService(reasonOf(group, values, reasons)) || t('Not measured.'))] : [];
  const rows = group.measurements.map((measurement) =>
    element(
      'div',
      { class: 'measurement' },
      element('dt', {}, definitionOf(measurement)),
      element('dd', {}, valueIn(measurement, values), ...intervalOf(measurement, intervals), ...(none ? [] : reasonFor(measurement, values, reasons))),
    ),
  );
  return element('section', {}, title, ...why, element('dl', { class: 'facts' }, ...rows));
}
