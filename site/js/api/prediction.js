// Sends a photograph to POST /api/v1/predictions and returns the answer. Photographs too large for one request are
// uploaded first, and a request that meets a busy server is repeated after a pause.

import { limits } from './about.js';
import { ask } from './requests.js';
import { Refusal, reach, refusal } from './reach.js';
import { reachSending } from './sending.js';
import { upload } from './upload.js';

/** @import { PredictionResponse } from 'openapi' */

const ADDRESS = '/api/v1/predictions';
const PAUSE_S = 2;
const REPEATS = new Map([['busy', 5], ['request_in_progress', 5]]);
const REPEATS_TO_SAVE = new Map([...REPEATS, ['unreachable', 2]]);

/** @typedef {Record<string, Blob | string>} Fields of a form; blobs are PNG files */
/**
 * @typedef {object} PredictOptions
 * @property {string} outputs
 * @property {boolean} force
 * @property {AbortSignal} signal
 * @property {(seconds: number) => void} pausing called before each wait
 * @property {(bytes: number, of: number) => void} [sent] called while the photograph is sent
 * @property {(upload: string | null) => void} [arrived] called once the photograph has been sent, with the id of its upload if it has one
 * @property {Fields} [fields] of the form, beside the photograph
 * @property {Record<string, string> | null} [details] form fields to save with the photograph
 */

/**
 * With `details`, the photograph is saved to the user's history, exactly once even if an answer is lost. Without, the
 * request is anonymous. Throws a Refusal with a message for the user, or the signal's reason if it is aborted.
 * @param {Blob} bytes
 * @param {string} name
 * @param {PredictOptions} options
 */
export async function predict(bytes, name, { outputs, force, signal, pausing, sent, arrived, fields, details = null }) {
  const uploaded = await uploadedIfLarge(bytes, name, { signal, sent, arrived, fields });
  const sending = uploaded === null ? followed(sent, arrived) : undefined;
  const headers = details ? { 'Idempotency-Key': crypto.randomUUID() } : {};
  const most = details ? REPEATS_TO_SAVE : REPEATS;
  const makeForm = () => formOf({ ...optionsOf(outputs, force), ...details, ...fields }, uploaded ?? { bytes, name });
  for (let repeats = 0; ; repeats += 1) {
    try {
      return await (details ? askToSave(makeForm(), headers, signal) : askAnonymously(makeForm(), signal, sending));
    } catch (error) {
      if (!(error instanceof Refusal) || repeats >= (most.get(error.code) ?? 0)) throw error;
      const seconds = error.retryAfter ?? PAUSE_S;
      pausing(seconds);
      await pause(seconds, signal);
    }
  }
}

/**
 * What is called while the photograph goes with the request.
 * @param {PredictOptions['sent']} sent
 * @param {PredictOptions['arrived']} arrived
 */
function followed(sent, arrived) {
  return sent && ((/** @type {number} */ bytes, /** @type {number} */ of) => {
    sent(bytes, of);
    if (bytes === of) arrived?.(null);
  });
}

/**
 * The id of the upload, or null if the photograph is small enough to go with the request.
 * @param {Blob} bytes
 * @param {string} name
 * @param {Pick<PredictOptions, 'signal' | 'sent' | 'arrived' | 'fields'>} options `fields` go with the request in any case
 */
export async function uploadedIfLarge(bytes, name, { signal, sent, arrived, fields = {} }) {
  const total = Object.values(fields).reduce((sum, each) => sum + (typeof each === 'string' ? 0 : each.size), bytes.size);
  if (total <= (await limits()).inline_bytes) return null;
  const uploaded = await upload(bytes, name, signal, sent);
  arrived?.(uploaded);
  return uploaded;
}

/**
 * @param {string} outputs
 * @param {boolean} force
 */
function optionsOf(outputs, force) {
  return { outputs, ...(force ? { force: 'true' } : {}) };
}

/**
 * @param {Fields} fields
 * @param {string | { bytes: Blob, name: string } | null} [photograph] the id of its upload, or itself
 */
export function formOf(fields, photograph = null) {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) {
    if (typeof value === 'string') form.append(field, value);
    else form.append(field, value, `${field}.png`);
  }
  if (photograph === null) return form;
  if (typeof photograph === 'string') form.append('upload_id', photograph);
  else form.append('file', photograph.bytes, photograph.name);
  return form;
}

/**
 * @param {FormData} form
 * @param {{ 'Idempotency-Key'?: string }} headers
 * @param {AbortSignal} signal
 * @returns {Promise<PredictionResponse>}
 */
function askToSave(form, headers, signal) {
  return ask(ADDRESS, { method: 'POST', form, headers, signal });
}

/**
 * @param {FormData} form
 * @param {AbortSignal} signal
 * @param {PredictOptions['sent']} sent
 */
async function askAnonymously(form, signal, sent) {
  const answer = await (sent ? reachSending(ADDRESS, form, signal, sent) : reach(ADDRESS, { method: 'POST', body: form }, signal));
  const content = /** @type {PredictionResponse | null} */ (answer.content);
  if (answer.ok && content?.images) return content;
  throw refusal(answer);
}

/**
 * @param {number} seconds
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, seconds * 1000);
    signal.addEventListener('abort', stop, { once: true });
  });
}
