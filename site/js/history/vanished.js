// A saved photograph that was deleted elsewhere meanwhile: on another device, or in another tab.

import { codeOf, Refusal } from '../api/reach.js';
import { t } from '../ui/language.js';

export const VANISHED = t('This photograph was deleted elsewhere meanwhile. The list does not show it any more.');
const ONE_OF_TWO = t('One of the two photographs was deleted elsewhere meanwhile. The list does not show it any more.');

export class Vanished extends Refusal {
  /**
   * @param {string} id
   * @param {string} words
   */
  constructor(id, words) {
    super('not_found', words);
    this.id = id;
  }
}

/**
 * For `catch` where two records are asked for: says which one is not there.
 * @param {string} id
 * @returns {(error: unknown) => never}
 */
export function vanishedIfMissing(id) {
  return (error) => {
    throw codeOf(error) === 'not_found' ? new Vanished(id, ONE_OF_TWO) : error;
  };
}

/**
 * For `catch` where a record is deleted: it is as good if it was deleted before.
 * @param {unknown} error
 * @returns {null}
 */
export function nullIfMissing(error) {
  if (codeOf(error) !== 'not_found') throw error;
  return null;
}
