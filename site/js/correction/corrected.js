// What a result knows of its correction: the mask of a person in place of the model's, which stays beside it, and whether
// the figures are those of the corrected mask. Nothing here touches the page.

import { Refusal } from '../api/reach.js';
import { areaOf } from '../viewer/vessel-map.js';

/** @import { PredictionResponse } from 'openapi' */
/** @import { Relabelled } from './correction-worker.js' */
/** @import { Findings, Result } from '../files/segmentation.js' */

/**
 * @typedef {object} Correction
 * @property {number} vessels pixels of the corrected mask
 * @property {number} area pixels of the field of view
 * @property {boolean} [kinds] whether a person said which vessels are arteries and veins
 * @property {boolean} measured whether the result's answer has the figures of the corrected mask
 * @property {boolean} [saved] whether the user's history has it
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
  result.correction = { model: correction?.model ?? structuredClone(result.answer), kinds: correction?.kinds, measured: false, ...counted };
}

/**
 * Says which vessels are arteries and which veins, on the mask that the result has.
 * @param {Result} result
 * @param {Pick<Relabelled, 'arteries' | 'veins' | 'picture'>} kinds
 * @param {{ vessels: number, by: string | null }} counted pixels of the mask
 */
export function correctKinds(result, { arteries, veins, picture }, { vessels, by }) {
  const { pictures, urls, answer, correction } = result;
  if (!pictures) return;
  if (!correction) {
    pictures.model_mask = pictures.mask;
    urls.model_mask = URL.createObjectURL(pictures.mask);
  }
  Object.assign(pictures, { corrected_arteries: arteries, corrected_veins: veins, artery_vein: picture });
  if (urls.artery_vein) URL.revokeObjectURL(urls.artery_vein);
  if (urls.kinds) URL.revokeObjectURL(urls.kinds);
  [urls.artery_vein, urls.kinds] = [URL.createObjectURL(picture), null];
  const density = answer.measurements.vascular_density;
  const counted = correction ?? { vessels, area: areaOf(vessels, density) ?? 0, model: structuredClone(answer) };
  result.correction = { ...counted, kinds: true, measured: false, by };
}

/**
 * Makes the model's mask and its figures the result's again.
 * @param {Result} result
 */
export function revert(result) {
  const { pictures, urls, correction } = result;
  if (!correction || !pictures?.model_mask) return result;
  exchangeMask(result, pictures.model_mask);
  forgetDerived(result);
  if (urls.model_mask) URL.revokeObjectURL(urls.model_mask);
  [pictures.model_mask, urls.model_mask, result.correction] = [null, null, null];
  [pictures.corrected_arteries, pictures.corrected_veins] = [null, null];
  result.answer = correction.model;
  return result;
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
  if (!correction || !pictures) return {};
  const { mask, corrected_arteries: arteries, corrected_veins: veins } = pictures;
  return { corrected_mask: mask, ...(arteries && veins && { corrected_arteries: arteries, corrected_veins: veins }) };
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
  if (!correction || correction.measured || !correction.area) return answer.measurements;
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
