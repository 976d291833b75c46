// Saves several photographs of the start page, one after the other, for “Save all…”.

import { Refusal } from '../api/reach.js';

/** @import { Photo } from '../files/photograph-list.js' */
/** @import { Details } from './details.js' */
/** @import { Planned } from './save-all.js' */

/** What would end every other photograph in the same way. */
const FOR_ALL = new Set(['sign_in_required', 'invalid_grant', 'unreachable']);

/**
 * Saves one after the other. One that is refused does not hold up the others, unless they would be refused for the same reason.
 * @param {Planned[]} planned
 * @param {{ save: (photo: Photo, details: Details) => Promise<void>, failed: (photo: Photo, sentence: string) => void, signal: AbortSignal }} options
 */
export async function saveEach(planned, { save, failed, signal }) {
  for (const { photo, details } of planned) {
    if (signal.aborted) return;
    if (!details) continue;
    try {
      await save(photo, details);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Refusal) || FOR_ALL.has(error.code)) throw error;
      failed(photo, error.message);
    }
  }
}
