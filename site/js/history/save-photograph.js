// Saves one photograph of the start page to the user's history: it is sent again, with its details.

import { formOf, predict } from '../api/prediction.js';
import { ask } from '../api/requests.js';
import { fieldsOf } from '../correction/corrected.js';
import { bytesOf } from '../files/source.js';

/** @import { Correction } from '../correction/corrected.js' */
/** @import { Result } from '../files/segmentation.js' */
/** @import { Photo } from '../files/photograph-list.js' */
/** @import { Mark } from '../viewer/marks.js' */
/** @import { Details } from './details.js' */

/**
 * Sets `photo.saved` to the id of the record. Throws a Refusal, or the signal's reason if it is aborted.
 * @param {Photo} photo
 * @param {Details} details
 * @param {{ marks: Mark[], signal: AbortSignal, pausing: (seconds: number) => void }} options
 */
export async function savePhotograph(photo, details, { marks, signal, pausing }) {
  const correction = photo.result?.correction;
  const filled = Object.fromEntries(Object.entries(details).flatMap(([field, value]) => (value === null ? [] : [[field, value]])));
  const answer = await predict(await bytesOf(photo.source), photo.name, {
    outputs: ['preview', 'intervals', ...marks].join(),
    force: photo.force,
    signal,
    pausing,
    fields: photo.result ? fieldsOf(photo.result) : {},
    details: { save: 'true', ...filled },
  });
  Object.assign(photo, { saved: answer.id });
  if (correction && photo.result) note(photo.result, correction, answer.id);
}

/**
 * Saves the correction of a photograph that was saved before.
 * @param {Photo} photo
 */
export async function saveCorrection({ saved, result }) {
  const correction = result?.correction;
  if (!saved || !correction) return;
  const form = formOf(fieldsOf(result));
  await ask(`/api/v1/predictions/${saved}/correction`, { method: 'PUT', form, headers: { 'Idempotency-Key': crypto.randomUUID() } });
  note(result, correction, saved);
}

/**
 * @param {Result} result
 * @param {Correction} correction as it was sent; another one may have been made since
 * @param {string | null | undefined} record its id
 */
function note(result, correction, record) {
  Object.assign(correction, { saved: record });
  Object.assign(result, { recorded: record });
}
