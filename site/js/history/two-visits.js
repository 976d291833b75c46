// Two visits of an eye: which is the earlier one, whether one is still the same, and by how much their values differ, in words. Values
// are those of the model's vessels, as in the trend, whatever was corrected.

import { BY_CHANCE, changeOf, mayBeChance } from './repeatability.js';
import { t } from '../ui/language.js';

/** @import { MeasurementDescription, SavedPrediction } from 'openapi' */
/** @import { Values } from '../ui/measurements.js' */

/**
 * Whether two states of a record look the same when they are compared with another visit: all but its correction, file name and note is the same.
 * @param {SavedPrediction} a
 * @param {SavedPrediction} b
 */
export function isSameVisit(a, b) {
  const key = (/** @type {SavedPrediction} */ { id, predicted, day, subject, eye }) => JSON.stringify([id, predicted, day, subject, eye]);
  return key(a) === key(b);
}

/**
 * By day, and those of one day by when they were saved.
 * @param {Pick<SavedPrediction, 'day' | 'saved'>} a
 * @param {Pick<SavedPrediction, 'day' | 'saved'>} b
 */
export function byVisit(a, b) {
  return a.day.localeCompare(b.day) || Date.parse(a.saved) - Date.parse(b.saved);
}

/**
 * What was measured on the model's own vessels, also of a corrected record.
 * @param {Pick<SavedPrediction, 'measurements' | 'correction'>} record
 */
export function modelValues({ measurements, correction }) {
  return /** @type {Values} */ (correction?.model_measurements ?? measurements);
}

/**
 * That corrections do not count here, or an empty text if there is none.
 * @param {Pick<SavedPrediction, 'correction'>[]} records
 */
export function correctionWords(records) {
  if (!records.some(({ correction }) => correction)) return '';
  return t('Corrections are left out of this comparison: its values and pictures are of the model’s vessels.');
}

/**
 * In words, or an empty text if one of the values is missing.
 * @param {SavedPrediction} before
 * @param {SavedPrediction} after
 * @param {MeasurementDescription} measurement
 */
export function differenceOf(before, after, measurement) {
  const key = (/** @type {SavedPrediction} */ { model, threshold, canvas, flips }) => [model.sha256, threshold, canvas, flips].join();
  const [first, second] = [before, after].map((record) => modelValues(record)[measurement.name] ?? null);
  if (first === null || second === null) return '';
  if (key(before) !== key(after)) return t('Another model or other settings: the values cannot be compared.');
  const change = t('Difference: {change}.', { change: changeOf(measurement, first, second) });
  return mayBeChance(measurement, first, second) ? `${change} ${BY_CHANCE}` : change;
}
