// What the service says of itself, asked for once a page: what is measured, and its limits. Leaves: the answers of the API,
// or a Refusal; then the next call asks again.

import { Refusal, reach, refusal } from './reach.js';

/** @import { Limits, MeasurementDescription, MeasurementList } from 'openapi' */

/** @type {Map<string, Promise<unknown>>} */
const asked = new Map();

/** @returns {Promise<MeasurementDescription[]>} */
export async function measurementList() {
  try {
    const { measurements } = /** @type {MeasurementList} */ (await once('/api/v1/measurements'));
    return measurements;
  } catch {
    throw new Refusal('no_measurements', 'The list of measurements could not be fetched, so no values are shown. Load this page again.');
  }
}

/** @returns {Promise<Limits>} */
export async function limits() {
  return /** @type {Limits} */ (await once('/api/v1/limits'));
}

/** @param {string} path */
function once(path) {
  const answer = asked.get(path) ?? fetched(path);
  asked.set(path, answer);
  answer.catch(() => asked.delete(path));
  return answer;
}

/** @param {string} path */
async function fetched(path) {
  const answer = await reach(path);
  if (!answer.ok || !answer.content) throw refusal(answer);
  return answer.content;
}
