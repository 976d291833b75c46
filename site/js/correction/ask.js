// Asks correction-worker.js, which is started with the first question.

/** @import { Answer } from './correction-worker.js' */

/** @type {Worker | null} */
let worker = null;
let latest = 0;

/**
 * Throws an Error if the worker could not do it.
 * @param {object} request
 * @returns {Promise<Answer>}
 */
export function ask(request) {
  worker ??= new Worker(new URL('./correction-worker.js', import.meta.url), { type: 'module' });
  const [asked, id] = [worker, (latest += 1)];
  return new Promise((resolve, reject) => {
    /** @param {MessageEvent<Answer>} event */
    function hear({ data }) {
      if (data.id !== id) return;
      asked.removeEventListener('message', hear);
      if (data.error) reject(new Error(data.error));
      else resolve(data);
    }
    asked.addEventListener('message', hear);
    asked.postMessage({ id, ...request });
  });
}
