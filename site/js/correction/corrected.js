// What a result knows of its correction: the mask of a person in place of the model's, which stays beside it, and whether
// the figures are those of the corrected mask. Nothing here touches the page.

import { Refusal } from '../api/reach.js';

/** @import { PredictionResponse } from 'openapi' */
/** @import { Findings, Result } from '../files/segmentation.js' */

/**
 * @typedef {object} Correction
 * @property {number} vessels pixels of the corrected mask
 * @property {number} area pixels of the field of view
 * @property {boolean} measured whether the result's answer has the figures of the corrected mask
 * @property {string | null} by e-mail address of who corrected it, if they were signed in
 * @property {Findings} model what was found on the model's mask
 */

const UNKNOWN = 'This service does not measure corrected vessels. Your correction is still here; try again later.';

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
  forgetDerived(result);
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
  forgetDerived(result);
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
 * What was made from the mask of before: it is asked for again once it is wanted.
 * @param {Result} result
 */
function forgetDerived(result) {
  const { pictures, urls } = result;
  for (const name of /** @type {const} */ (['artery_vein', 'kinds'])) {
    if (urls[name]) URL.revokeObjectURL(urls[name]);
    urls[name] = null;
  }
  if (pictures) pictures.artery_vein = null;
  if (result.graph) result.graph = null;
}

/**
 * Whether the figures are those of a mask before the latest correction.
 * @param {Pick<Result, 'correction'>} result
 */
export function isUnmeasured({ correction }) {
  return Boolean(correction && !correction.measured);
}

/**
 * The form files by which the service measures the corrected mask.
 * @param {Pick<Result, 'correction' | 'pictures'>} result
 * @returns {Record<string, Blob>}
 */
export function filesOf({ correction, pictures }) {
  return correction && pictures ? { corrected_mask: pictures.mask } : {};
}

/**
 * Takes the figures that the service measured on the corrected mask. Throws a Refusal if it measured another one.
 * @param {Result} result
 * @param {PredictionResponse} answered
 */
export function adopt(result, answered) {
  const { correction } = result;
  if (!correction) return;
  if (!answered.correction) throw new Refusal('corrections_unknown', UNKNOWN);
  result.answer = { ...answered, ...{ images: undefined, graph: undefined } };
  correction.measured = true;
}

/**
 * The measurements, with the vascular density of the mask as it is now.
 * @param {Pick<Result, 'answer' | 'correction'>} result
 */
export function valuesOf({ answer, correction }) {
  if (!correction || correction.measured) return answer.measurements;
  return { ...answer.measurements, vascular_density: correction.vessels / correction.area };
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
