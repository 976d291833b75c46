// What is stored of a photograph on the start page, and back. Pure: the database and the page are elsewhere.

import { inEnglish } from '../ui/in-english.js';
import { ofService, plural, t } from '../ui/language.js';

/** @import { Belongings } from '../history/belongings.js' */
/** @import { Correction } from '../correction/corrected.js' */
/** @import { Details } from '../history/details.js' */
/** @import { Photo } from '../files/photograph-list.js' */
/** @import { Pictures } from '../files/pictures.js' */
/** @import { Findings, Result } from '../files/segmentation.js' */

/**
 * @typedef {object} StoredResult
 * @property {number} form of this record
 * @property {Findings} answer
 * @property {Omit<Pictures, 'photograph'> & { photograph?: Blob | null }} pictures with the photograph if it is the service's copy
 * @property {boolean} shown whether the browser shows the photograph itself
 * @property {Result['copied']} [copied]
 * @property {string | null} fallback
 * @property {string} drawn
 * @property {string} [around]
 * @property {Correction | null} [correction]
 * @property {string | null} [recorded]
 * @property {string | null} [recordedTag]
 */
/**
 * @typedef {object} StoredPhotograph
 * @property {string} id
 * @property {string} workspace
 * @property {number} order
 * @property {string} name
 * @property {boolean} force
 * @property {Photo['state']} state
 * @property {string} sentence
 * @property {string | null} code
 * @property {string | null} account
 * @property {string | null} saved
 * @property {Details | null} draft
 * @property {Map<string, Belongings>} others
 * @property {StoredResult | null} result
 */

/** Raise it when a result is stored in another form: photographs with an older one are segmented again. */
const FORM = 1;
const NOT_COPIED = t('This page was left before the photograph had been copied into the browser. Remove it, then add it again.');

/**
 * @param {Photo} photo
 * @param {string} workspace
 * @returns {StoredPhotograph}
 */
export function recordOf({ id, order, name, force, state, sentence, code, account, saved, draft, others, result }, workspace) {
  const waits = state === 'segmenting'; // it goes on after a reload
  return {
    id, workspace, order, name, force, account, saved, draft, others,
    state: waits ? 'waiting' : state,
    sentence: waits ? '' : inEnglish(sentence),
    code,
    result: result && storedResult(result),
  };
}

/**
 * @param {Result} result
 * @returns {StoredResult | null} null if its pictures are not here
 */
function storedResult({ answer, pictures, fallback, copied = null, drawn = '', around, correction = null, recorded = null, recordedTag = null }) {
  if (!pictures) return null;
  const { photograph, ...others } = pictures;
  return {
    form: FORM,
    answer,
    pictures: copied ? pictures : others,
    shown: Boolean(photograph) && !copied,
    copied: copied && { ...copied, reason: inEnglish(copied.reason) },
    fallback: fallback && inEnglish(fallback),
    drawn,
    around,
    correction,
    recorded,
    recordedTag,
  };
}

/**
 * How a stored photograph goes on: what `result` it has, and otherwise in which state it is.
 * @param {StoredPhotograph} record
 * @param {boolean} hasFile whether its bytes are stored, too
 * @returns {Pick<Photo, 'state' | 'sentence' | 'code'> & { result: StoredResult | null }}
 */
export function continued({ state, sentence, code, result }, hasFile) {
  if (!hasFile) return { state: 'refused', sentence: NOT_COPIED, code: 'file_unreadable', result: null };
  if (state === 'refused') return { state, sentence: ofService(sentence), code, result: null };
  if (state === 'done' && result?.form === FORM) return { state, sentence: '', code: null, result };
  return { state: 'waiting', sentence: '', code: null, result: null };
}

/**
 * “5 photographs”.
 * @param {number} count
 */
export function photographs(count) {
  return plural(count, '{n} photograph', '{n} photographs');
}
