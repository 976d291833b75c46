// Changes what a result has: the mask of a person in place of the model's, a person's arteries and veins, their figures, and
// the model's again. Nothing here touches the page.

import { Refusal } from '../api/reach.js';
import { picture } from '../files/pictures.js';
import { t } from '../ui/language.js';
import { areaOf } from '../viewer/vessel-map.js';
import { settle } from './as-stored.js';

/** @import { PredictionResponse } from 'openapi' */
/** @import { Result } from '../files/segmentation.js' */

/** @typedef {{ arteries: Blob, veins: Blob, picture: Blob | null }} Kinds masks, and the picture of both if it is of the mask as it is */

const UNKNOWN = t('This service does not measure corrected vessels. Your correction is still here; try again later.');

/**
 * Puts a corrected mask in place of what the result has. Its figures are still to be measured.
 * @param {Result} result
 * @param {Blob} mask
 * @param {{ vessels: number, area: number, by: string | null }} counted
 */
export function correct(result, mask, counted) {
  const { pictures, correction } = result;
  if (!pictures) return;
  if (!correction) keepModels(result);
  exchangeMask(result, mask);
  forgetDerived(result);
  result.correction = { model: correction?.model ?? structuredClone(result.answer), kinds: correction?.kinds, painted: true, measured: false, ...counted };
  settle(result);
}

/**
 * What is the model's stays beside the correction.
 * @param {Result} result
 */
function keepModels({ pictures, urls }) {
  if (!pictures) return;
  [pictures.model_mask, pictures.model_prediction] = [pictures.mask, pictures.prediction];
  urls.model_mask = URL.createObjectURL(pictures.mask);
}

/**
 * Says which vessels are arteries and which veins, on the mask that the result has.
 * @param {Result} result
 * @param {Kinds} kinds
 * @param {{ vessels: number, by: string | null }} counted pixels of the mask
 */
export function correctKinds(result, { arteries, veins, picture: coloured }, { vessels, by }) {
  const { pictures, urls, answer, correction } = result;
  if (!pictures) return;
  if (!correction) keepModels(result);
  Object.assign(pictures, { corrected_arteries: arteries, corrected_veins: veins });
  forgetPictures(result);
  pictures.artery_vein = coloured;
  urls.artery_vein = coloured && URL.createObjectURL(coloured);
  const density = answer.measurements.vascular_density;
  const counted = correction ?? { painted: false, vessels, area: areaOf(vessels, density) ?? 0, model: structuredClone(answer) };
  result.correction = { ...counted, kinds: true, saved: null, measured: false, by };
  settle(result);
}

/**
 * The arteries and veins that a person has said so far, or null.
 * @param {Result} result
 * @returns {Kinds | null}
 */
export function kindsOf({ pictures }) {
  const { corrected_arteries: arteries, corrected_veins: veins, artery_vein: both = null } = pictures ?? {};
  return arteries && veins ? { arteries, veins, picture: both } : null;
}

/**
 * The model's arteries and veins again, which are asked for once they are wanted. What a person has painted stays.
 * @param {Result} result
 * @param {Blob | null} [model] picture of the model's arteries and veins, if it is here
 */
export function withoutKinds(result, model = null) {
  const { pictures, urls, correction } = result;
  if (!pictures || !correction) return;
  [pictures.corrected_arteries, pictures.corrected_veins] = [null, null];
  if (correction.painted === false) revert(result);
  else {
    forgetDerived(result);
    result.correction = { ...correction, kinds: false, saved: null, measured: false };
    settle(result);
  }
  if (!model) return;
  pictures.artery_vein = model;
  urls.artery_vein = URL.createObjectURL(model);
}

/**
 * The model's vessels again. Which of them are arteries and veins stays as a person has said.
 * @param {Result} result
 * @param {{ vessels: number, area: number, by: string | null }} counted
 */
export function withoutStrokes(result, counted) {
  const { pictures, correction } = result;
  if (!pictures?.model_mask || !correction?.kinds) {
    revert(result);
    return;
  }
  exchangeMask(result, pictures.model_mask);
  forgetDerived(result);
  result.correction = { ...correction, ...counted, painted: false, saved: null, measured: false };
}

/**
 * Makes the model's mask and its figures the result's again.
 * @param {Result} result
 */
export function revert(result) {
  const { pictures, urls, correction } = result;
  if (!correction || !pictures?.model_mask) return result;
  exchangeMask(result, pictures.model_mask);
  exchangePreview(result, pictures.model_prediction);
  forgetDerived(result);
  if (urls.model_mask) URL.revokeObjectURL(urls.model_mask);
  [pictures.model_mask, pictures.model_prediction, urls.model_mask, result.correction] = [null, null, null, null];
  [pictures.corrected_arteries, pictures.corrected_veins] = [null, null];
  result.answer = correction.model;
  return result;
}

/**
 * @param {Result} result
 * @param {Blob} mask
 */
function exchangeMask(result, mask) {
  const { pictures, urls } = result;
  if (!pictures) return;
  URL.revokeObjectURL(urls.mask);
  pictures.mask = mask;
  urls.mask = URL.createObjectURL(mask);
  result.masks = (result.masks ?? 0) + 1;
}

/**
 * @param {Result} result
 * @param {Blob | null | undefined} preview 128x128
 */
function exchangePreview({ pictures, urls }, preview) {
  if (!pictures || !preview) return;
  URL.revokeObjectURL(urls.prediction);
  pictures.prediction = preview;
  urls.prediction = URL.createObjectURL(preview);
}

/**
 * What was made from the mask of before: it is asked for again once it is wanted.
 * @param {Result} result
 */
function forgetDerived(result) {
  forgetPictures(result);
  if (result.graph) result.graph = null;
}

/** @param {Result} result */
function forgetPictures({ pictures, urls }) {
  for (const name of /** @type {const} */ (['artery_vein', 'kinds'])) {
    if (urls[name]) URL.revokeObjectURL(urls[name]);
    urls[name] = null;
  }
  if (pictures) pictures.artery_vein = null;
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
  if (answered.images.prediction_image) exchangePreview(result, picture(answered.images.prediction_image, 'image/png'));
  correction.measured = true;
}
