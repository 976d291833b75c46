// Sends a correction to the history, in place of the one that was seen and of no other: two devices may correct one photograph.

import { formOf } from '../api/prediction.js';
import { ask } from '../api/requests.js';
import { person } from '../auth/session.js';
import { fieldsOf } from '../correction/corrected.js';
import { timeOf } from '../ui/dates.js';
import { t } from '../ui/language.js';

/** @import { SavedPrediction } from 'openapi' */
/** @import { Result } from '../files/segmentation.js' */

/** @typedef {{ id: string, correction?: { etag?: string | null } | null }} Seen a record as it was seen */

/**
 * The header by which the service refuses (`correction_changed`) if the correction is another one by now.
 * @param {{ etag?: string | null } | null | undefined} correction
 * @returns {Record<string, string>}
 */
export function preconditionOf(correction) {
  return correction ? { 'If-Match': correction.etag ?? '*' } : { 'If-None-Match': '*' };
}

/** What is sent again after an answer was lost is the same request, so that it is not refused because of itself, whatever was sent meanwhile. */
export function createPutCorrection() {
  /** @type {WeakMap<object, { parts: unknown[], key: string }>} the latest request of each result */
  const latest = new WeakMap();

  /**
   * @param {object} result
   * @param {unknown[]} parts of which a request consists
   */
  function keyOf(result, parts) {
    const known = latest.get(result);
    if (known?.parts.length === parts.length && parts.every((part, i) => part === known.parts[i])) return known.key;
    const key = crypto.randomUUID();
    latest.set(result, { parts, key });
    return key;
  }

  /**
   * Resolves to the record with the correction. Throws a Refusal.
   * @param {Seen} seen
   * @param {Pick<Result, 'correction' | 'pictures'>} result
   * @returns {Promise<SavedPrediction>}
   */
  return function put({ id, correction }, result) {
    const fields = fieldsOf(result);
    const precondition = preconditionOf(correction);
    const headers = { ...precondition, 'Idempotency-Key': keyOf(result, [id, ...Object.values(fields), ...Object.values(precondition)]) };
    return ask(`/api/v1/predictions/${id}/correction`, { method: 'PUT', form: formOf(fields), headers });
  };
}

/**
 * Who saved what elsewhere meanwhile, and when.
 * @param {Pick<SavedPrediction, 'correction'>} newer
 */
export function changedWords({ correction }) {
  if (!correction) return t('The correction was deleted elsewhere meanwhile, so yours was not saved.');
  const { by: name, at } = correction;
  const time = timeOf(at);
  return !name || name === person()?.mail
    ? t('You changed the correction elsewhere meanwhile ({time}), so this one was not saved.', { time })
    : t('The correction was changed elsewhere meanwhile ({time}, by {name}), so yours was not saved.', { time, name });
}
