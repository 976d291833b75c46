// What a report says: its rows of measurements and the facts below them. Pure.

import { valuesOf } from '../correction/corrected.js';
import { groupsOf } from '../viewer/measurement-groups.js';
import { intervalsOf } from '../viewer/measurement-intervals.js';
import { qualityWords } from '../viewer/quality-words.js';
import { matchOf } from '../ui/match.js';
import { dayOf, utcTimeOf } from '../ui/dates.js';
import { decimal, locale, ofService, t } from '../ui/language.js';
import { heading, rangeOf, valueIn } from '../ui/measurements.js';

/** @import { MeasurementDescription as Measurement, SavedPrediction } from 'openapi' */
/** @import { Correction } from '../correction/corrected.js' */
/** @import { Findings, Result } from '../files/segmentation.js' */

const AGREEMENT = {
  good: t('Good match expected with what a person would draw'),
  fair: t('Fair match expected with what a person would draw'),
  poor: t('Poor match expected with what a person would draw'),
  unknown: t('not known'),
};
const EYES = { left: t('left'), right: t('right'), unknown: t('not known') };

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
        return [heading(measurement), valueIn(measurement, values), range ? rangeOf(measurement, range) : '–', firstSentence(ofService(measurement.definition))];
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
  if (dice === null || dice === undefined) return AGREEMENT.unknown;
  const words = { match: AGREEMENT[matchOf({ expected_dice: dice })], dice: decimal(dice, 2) };
  if (!interval) return t('{match} (Dice {dice})', words);
  const [low, high] = interval.map((each) => decimal(each, 2));
  return t('{match} (Dice {dice}, in nine of ten cases {low} to {high})', { ...words, low, high });
}

/**
 * @param {Findings & Partial<SavedPrediction>} answer
 * @param {Date} now
 * @param {Result['correction']} [correction]
 * @returns {[string, string][]}
 */
export function factsOf(answer, now, correction) {
  const { photograph, quality, model, subject, eye, taken_on: taken, predicted, note } = answer;
  const saved = eye !== undefined;
  /** @type {[string, string | null | undefined][]} */
  const facts = [
    [t('Subject label'), saved ? (subject ?? t('none')) : null],
    [t('Eye'), saved ? EYES[eye] : photograph.laterality && EYES[photograph.laterality]],
    [t('Date taken'), saved ? (taken ? dayOf(taken) : t('not known')) : null],
    [t('Note'), note],
    [t('Vessels'), correction ? correctionOf(correction) : null],
    [t('Quality'), qualityWords(quality)],
    [t('Expected agreement'), agreementOf(quality)],
    [t('Field of view'), quality.field_of_view === 'disc' ? t('round') : t('not found: the whole frame was searched')],
    [t('Photograph'), t('{width} × {height} pixels, SHA-256 {hash}', { width: photograph.width, height: photograph.height, hash: photograph.sha256 })],
    [t('Model'), `${model.name}, SHA-256 ${model.sha256}`],
    [t('Made with'), madeWith(answer)],
    [t('Computed'), predicted ? utcTimeOf(predicted) : null],
    [t('Report of'), utcTimeOf(now.toISOString())],
  ];
  return facts.flatMap(([name, words]) => (words ? [/** @type {[string, string]} */ ([name, words])] : []));
}

/** @param {Findings} answer */
function madeWith({ software_version: version, canvas, threshold }) {
  const words = { canvas: canvas.replace('x', ' × '), threshold: threshold.toLocaleString(locale, { maximumFractionDigits: 3 }) };
  return version
    ? t('software {version}, canvas {canvas}, threshold {threshold}', { version, ...words })
    : t('software of an earlier version, canvas {canvas}, threshold {threshold}', words);
}

/** @param {Correction} correction */
function correctionOf({ by, measured }) {
  const figures = measured ? t('The figures are those of the corrected vessels.') : t('Except for vascular density, the figures are still the earlier ones.');
  return `${by ? t('Corrected by {name}.', { name: by }) : t('Corrected by a person.')} ${figures}`;
}

/** @param {string} text */
function firstSentence(text) {
  return /^.*?[.](?=\s|$)/s.exec(text)?.[0] ?? text;
}
