// Whose record and draft a photograph of the start page has. Several people may sign in on one computer: each finds what is
// theirs again, and nothing of the others.

import { ask } from '../api/requests.js';
import { codeOf } from '../api/reach.js';

/** @import { Photo } from '../files/photograph-list.js' */
/** @import { Details } from './details.js' */

const PREDICTIONS = '/api/v1/predictions';

/** @typedef {{ saved: string | null, draft: Details | null }} Belongings */

/**
 * Has `saved` and `draft` be those of an account, or null if nobody is signed in. Returns whether that changes anything.
 * @param {Pick<Photo, 'account' | 'saved' | 'draft' | 'others'>} photo
 * @param {string | null} account
 */
export function belongTo(photo, account) {
  const { account: before, saved, draft } = photo;
  if (before === account) return false;
  const others = new Map(photo.others);
  if (before !== null && (saved || draft)) others.set(before, { saved, draft });
  const own = account === null ? undefined : others.get(account);
  if (account !== null) others.delete(account);
  Object.assign(photo, { account, saved: own?.saved ?? null, draft: own?.draft ?? null, others });
  return photo.saved !== saved || photo.draft !== draft;
}

/**
 * Whether the record of a photograph is not there any more, because it was deleted in the history.
 * @param {string} id
 * @param {AbortSignal} signal
 */
export async function isGone(id, signal) {
  try {
    await ask(`${PREDICTIONS}/${id}`, { signal });
    return false;
  } catch (error) {
    if (codeOf(error) === 'not_found') return true;
    if (!signal.aborted && codeOf(error) === null) throw error;
    return false; // not known: the link says what is the matter
  }
}
