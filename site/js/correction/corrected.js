// What a result knows of its correction: the mask of a person in place of the model's, which stays beside it, and whether
// the figures are those of the corrected mask. Nothing here touches the page.

/** @import { Findings, Result } from '../files/segmentation.js' */

/**
 * @typedef {object} Correction
 * @property {number} vessels pixels of the corrected mask
 * @property {number} area pixels of the field of view
 * @property {boolean} measured whether the result's answer has the figures of the corrected mask
 * @property {string | null} by e-mail address of who corrected it, if they were signed in
 * @property {Findings} model what was found on the model's mask
 */

/**
 * Puts a corrected mask in place of what the result has. Its figures are still to be measured.
 * @param {Result} result
 * @param {Blob} mask
 * @param {{ vessels: number, area: number, by: string | null }} counted
 */
export function correct(result, mask, counted) {
  const { pictures, urls, correction } = result;
  if (!pictures) return;
  if (!correction) {
    pictures.model_mask = pictures.mask;
    urls.model_mask = URL.createObjectURL(pictures.mask);
  }
  exchangeMask(result, mask);
  result.correction = { model: correction?.model ?? structuredClone(result.answer), measured: false, ...counted };
}

/**
 * Makes the model's mask and its figures the result's again.
 * @param {Result} result
 */
export function revert(result) {
  const { pictures, urls, correction } = result;
  if (!correction || !pictures?.model_mask) return;
  exchangeMask(result, pictures.model_mask);
  if (urls.model_mask) URL.revokeObjectURL(urls.model_mask);
  [pictures.model_mask, urls.model_mask, result.correction] = [null, null, null];
  result.answer = correction.model;
}

/**
 * @param {Result} result
 * @param {Blob} mask
 */
function exchangeMask({ pictures, urls }, mask) {
  if (!pictures) return;
  URL.revokeObjectURL(urls.mask);
  pictures.mask = mask;
  urls.mask = URL.createObjectURL(mask);
}

/**
 * The vascular density of the corrected mask if the answer has another one, or null.
 * @param {Pick<Result, 'correction'>} result
 */
export function densityOf({ correction }) {
  return correction && !correction.measured && correction.area ? correction.vessels / correction.area : null;
}

/**
 * “Corrected by you”, or by whom; empty if the mask is the model's.
 * @param {Pick<Result, 'correction'>} result
 * @param {string | null} [mail] of who is signed in
 */
export function correctedWords({ correction }, mail = null) {
  if (!correction) return '';
  return correction.by && correction.by !== mail ? `Corrected by ${correction.by}` : 'Corrected by you';
}
