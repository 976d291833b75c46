// Asks correction-worker.js, which is started with the first question, and again with the first one after it has failed.

import { Refusal } from '../api/reach.js';
import { t } from '../ui/language.js';

/** @import { Answer } from './correction-worker.js' */

const FAILED = t('A part of this page could not be loaded, or has stopped. Check that you are online, then try again.');
const TOO_LARGE = t('This browser cannot correct a photograph of that size.');

/** @type {Worker | null} */
let worker = null;
let latest = 0;
/** @type {Map<number, { resolve: (answer: Answer) => void, reject: (error: Error) => void }>} by the number of the question */
const waiting = new Map();

/**
 * Throws a Refusal if the worker cannot be loaded, or if the browser cannot hold the pictures; an Error if the worker could not do it.
 * @param {object} request
 * @returns {Promise<Answer>}
 */
export function ask(request) {
  worker ??= started();
  latest += 1;
  worker.postMessage({ id: latest, ...request });
  return new Promise((resolve, reject) => void waiting.set(latest, { resolve, reject }));
}

function started() {
  const begun = new Worker(new URL('./correction-worker.js', import.meta.url), { type: 'module' });
  begun.addEventListener('message', hear);
  for (const trouble of ['error', 'messageerror']) begun.addEventListener(trouble, fail);
  return begun;
}

/** @param {MessageEvent<Answer>} event */
function hear({ data }) {
  const asked = waiting.get(data.id);
  waiting.delete(data.id);
  if (data.tooLarge) asked?.reject(new Refusal('too_large', TOO_LARGE));
  else if (data.error) asked?.reject(new Error(data.error));
  else asked?.resolve(data);
}

function fail() {
  worker?.terminate();
  worker = null;
  const asked = [...waiting.values()];
  waiting.clear();
  for (const { reject } of asked) reject(new Refusal('worker_failed', FAILED));
}
