// What a report says: its rows of measurements and the facts below them. Pure.

import { valuesOf } from '../correction/corrected.js';
import { groupsOf } from '../viewer/measurement-groups.js';
import { intervalsOf } from '../viewer/measurement-intervals.js';
import { MATCH, matchOf } from '../ui/match.js';
import { dayOf, utcTimeOf } from '../ui/dates.js';
import { heading, rangeOf, valueIn } from '../ui/measurements.js';

/** @import { MeasurementDescription as Measurement, SavedPrediction } from 'openapi' */
/** @import { Correction } from '../correction/corrected.js' */
/** @import { Findings, Result } from '../files/segmentation.js' */

/**
 * A row for each measurement that has a value: name, value, by threshold, definition; by group.
 * @param {Pick<Result, 'answer' | 'correction'>} result
 * @param {Measurement[]} measurements
 */
export function rowsOf(result, measurements) {
  const values = valuesOf(result);
  const ranges = intervalsOf(result);
  return groupsOf(measurements).flatMap(({ measurements: group }) =>
    group
      .filter(({ name }) => (/** @type {Record<string, number | null>} */ (values)[name] ?? null) !== null)
      .map((measurement) => {
        const range = ranges[measurement.name];
        return [heading(measurement), valueIn(measurement, values), range ? rangeOf(measurement, range) : '–', firstSentence(measurement.definition)];
      }),
  );
}

/**
 * Of how many measurements there is no value.
 * @param {Pick<Result, 'answer'>} result
 * @param {Measurement[]} measurements
 */
export function unmeasured({ answer }, measurements) {
  return measurements.filter(({ name }) => (/** @type {Record<string, number | null>} */ (answer.measurements)[name] ?? null) === null).length;
}

/**
 * How far to trust the vessels, in words and then in numbers.
 * @param {Findings['quality']} quality
 */
export function agreementOf({ expected_dice: dice, expected_dice_interval: interval }) {
  if (dice === null || dice === undefined) return 'not known';
  const words = MATCH[matchOf({ expected_dice: dice })];
  const range = interval ? `, in nine of ten cases ${interval[0].toFixed(2)} to ${interval[1].toFixed(2)}` : '';
  return `${words} with what a person would draw (Dice ${dice.toFixed(2)}${range})`;
}

/**
 * @param {Findings & Partial<SavedPrediction>} answer
 * @param {Date} now
 * @param {Result['correction']} [correction]
 * @returns {[string, string][]}
 */
export function factsOf(answer, now, correction) {
  const { photograph, quality, model, threshold, canvas, subject, eye, taken_on: taken, predicted, note } = answer;
  const saved = eye !== undefined;
  /** @type {[string, string | null | undefined][]} */
  const facts = [
    ['Subject label', saved ? (subject ?? 'none') : null],
    ['Eye', saved ? (eye === 'unknown' ? 'not known' : eye) : photograph.laterality],
    ['Date taken', saved ? (taken ? dayOf(taken) : 'not known') : null],
    ['Note', note],
    ['Vessels', correction ? correctionOf(correction) : null],
    ['Quality', quality.grade ? [quality.grade, ...quality.reasons].join('. ') : 'not known'],
    ['Expected agreement', agreementOf(quality)],
    ['Field of view', quality.field_of_view === 'disc' ? 'round' : 'not found: the whole frame was searched'],
    ['Photograph', `${photograph.width} × ${photograph.height} pixels, SHA-256 ${photograph.sha256}`],
    ['Model', `${model.name}, SHA-256 ${model.sha256}`],
    ['Made with', `software ${answer.software_version ?? 'of an earlier version'}, canvas ${canvas.replace('x', ' × ')}, threshold ${Number(threshold.toFixed(3))}`],
    ['Computed', predicted ? utcTimeOf(predicted) : null],
    ['Report of', utcTimeOf(now.toISOString())],
  ];
  return facts.flatMap(([name, words]) => (words ? [/** @type {[string, string]} */ ([name, words])] : []));
}

/** @param {Correction} correction */
function correctionOf({ by, measured }) {
  const figures = measured ? 'The figures are those of the corrected vessels.' : 'Except for vascular density, the figures are still the earlier ones.';
  return `Corrected by ${by ?? 'a person'}. ${figures}`;
}

/** @param {string} text */
function firstSentence(text) {
  return /^.*?[.](?=\s|$)/s.exec(text)?.[0] ?? text;
}
