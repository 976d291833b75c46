// Saves one photograph of the start page to the user's history: it is sent again, with its details.

import { predict } from '../api/prediction.js';
import { codeOf, Refusal } from '../api/reach.js';
import { ask } from '../api/requests.js';
import { whenPersonChanges } from '../auth/session.js';
import { fieldsOf } from '../correction/corrected.js';
import { bytesOf } from '../files/source.js';
import { t } from '../ui/language.js';
import { changedWords, createPutCorrection } from './put-correction.js';

/** @import { SavedPrediction } from 'openapi' */
/** @import { Correction } from '../correction/corrected.js' */
/** @import { Result } from '../files/segmentation.js' */
/** @import { Photo } from '../files/photograph-list.js' */
/** @import { Mark } from '../viewer/marks.js' */
/** @import { Details } from './details.js' */

const OVER = t('To save this one over it, press the button again.');
const put = createPutCorrection();
/** @type {WeakMap<Photo, Promise<void>>} */
const going = new WeakMap();
let visit = new AbortController(); // of who is signed in: what is sent for one person is not sent again for another

whenPersonChanges(() => {
  visit.abort(new Refusal('sign_in_required', t('You are not signed in. Sign in, then try again.')));
  visit = new AbortController();
});

/** @typedef {{ marks: Mark[], pausing: (seconds: number) => void }} SaveOptions */

/**
 * Sets `photo.saved` to the id of the record. Throws a Refusal, or the reason of `signal` if that is aborted before anything is sent. What is
 * sent already goes on, so that it is never unknown whether it was saved, until the photograph is removed or the person signs out. A
 * photograph that is being saved by another button is not saved twice.
 * @param {Photo} photo
 * @param {Details} details
 * @param {SaveOptions & { signal?: AbortSignal }} options
 */
export async function savePhotograph(photo, details, { signal, ...options }) {
  for (let other; (other = going.get(photo)); ) await other.catch(() => undefined); // it is said beside the other button
  if (photo.saved) return;
  signal?.throwIfAborted();
  const sending = send(photo, details, options).finally(() => going.delete(photo));
  going.set(photo, sending);
  await sending;
}

/**
 * @param {Photo} photo
 * @param {Details} details
 * @param {SaveOptions} options
 */
async function send(photo, details, { marks, pausing }) {
  const correction = photo.result?.correction;
  const filled = Object.fromEntries(Object.entries(details).flatMap(([field, value]) => (value === null ? [] : [[field, value]])));
  const answer = await predict(await bytesOf(photo.source), photo.name, {
    outputs: ['preview', 'intervals', ...marks].join(),
    force: photo.force,
    signal: AbortSignal.any([photo.stop.signal, visit.signal]),
    pausing,
    fields: photo.result ? fieldsOf(photo.result) : {},
    details: { save: 'true', ...filled },
  });
  Object.assign(photo, { saved: answer.id });
  if (correction && photo.result) note(photo.result, correction, answer);
}

/**
 * Saves the correction of a photograph that was saved before. Throws a Refusal if the record has another one than this page knows of;
 * after that, it is known.
 * @param {Photo} photo
 */
export async function saveCorrection({ saved, result }) {
  const correction = result?.correction;
  if (!saved || !correction) return;
  const seen = result.recorded === saved ? { etag: result.recordedTag } : null;
  try {
    note(result, correction, await put({ id: saved, correction: seen }, result));
  } catch (error) {
    if (codeOf(error) !== 'correction_changed') throw error;
    /** @type {SavedPrediction} */
    const newer = await ask(`/api/v1/predictions/${saved}`);
    know(result, newer);
    throw new Refusal('correction_changed', `${changedWords(newer)} ${OVER}`);
  }
}

/**
 * @param {Result} result
 * @param {Correction} correction as it was sent; another one may have been made since
 * @param {Pick<SavedPrediction, 'id' | 'correction'>} record that has it
 */
function note(result, correction, record) {
  Object.assign(correction, { saved: record.id });
  know(result, record);
}

/**
 * @param {Result} result
 * @param {Pick<SavedPrediction, 'id' | 'correction'>} record as it was last seen
 */
function know(result, { id, correction }) {
  Object.assign(result, { recorded: correction ? id : null, recordedTag: correction?.etag ?? null });
}
