// What the service says about itself: its measurements, its limits and its prices. Each is fetched once per page load. If that
// fails, the caller gets a Refusal and the next call tries again.

import { Refusal, reach, refusal } from './reach.js';
import { t } from '../ui/language.js';

/** @import { Limits, MeasurementDescription, MeasurementList, PriceList } from 'openapi' */

/** @type {Map<string, Promise<unknown>>} */
const asked = new Map();

/** @returns {Promise<MeasurementDescription[]>} */
export async function measurementList() {
  try {
    const { measurements } = /** @type {MeasurementList} */ (await once('/api/v1/measurements'));
    return measurements;
  } catch {
    throw new Refusal('no_measurements', t('The list of measurements could not be fetched, so no values are shown. Load this page again.'));
  }
}

/** @returns {Promise<Limits>} */
export async function limits() {
  return /** @type {Limits} */ (await once('/api/v1/limits'));
}

/** @returns {Promise<PriceList>} */
export async function prices() {
  return /** @type {PriceList} */ (await once('/api/v1/prices'));
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
