// A record of the history as a result of the viewer: its pictures, with a person's masks in place of the model's if there are any.

import { askBlob } from '../api/requests.js';
import { fileOf, headingOf } from './record-names.js';

/** @import { SavedPrediction } from 'openapi' */
/** @import { Correction } from '../correction/corrected.js' */
/** @import { Look, Result } from '../files/segmentation.js' */

const KINDS = ['corrected-arteries', 'corrected-veins'];

/** @typedef {Record<string, Blob>} Blobs by the names of the record's pictures */

/**
 * The pictures that are shown first. Throws a Refusal, or the signal's reason if it is aborted.
 * @param {SavedPrediction} record
 * @param {AbortSignal} signal
 * @param {Blobs} [known] those that need not be fetched
 * @returns {Promise<Blobs>}
 */
export async function blobsOf({ correction, image_urls: urls }, signal, known = {}) {
  const names = ['photograph', 'mask', ...(correction ? ['corrected-mask'] : []), ...(correction?.kinds ? KINDS : [])];
  /** @type {[string, Blob][]} */
  const found = await Promise.all(names.map(async (name) => [name, known[name] ?? (await askBlob(urls[name], signal))]));
  return Object.fromEntries(found);
}

/**
 * The caller releases it.
 * @param {SavedPrediction} record
 * @param {Blobs} blobs
 * @param {Look} look
 * @returns {Result}
 */
export function resultOf(record, { photograph, mask: own, ...drawn }, look) {
  const [mask, arteries, veins] = ['corrected-mask', ...KINDS].map((name) => drawn[name] ?? null);
  const shown = mask ?? own;
  const correction = correctionOf(record);
  const [photographUrl, maskUrl, predictionUrl] = [photograph, shown, shown].map((blob) => URL.createObjectURL(blob));
  return {
    name: headingOf(record),
    file: fileOf(record),
    answer: record,
    stored: { mask: shown, arteries, veins, correction, answer: record },
    look,
    fallback: null,
    graph: null,
    pictures: {
      photograph, original: photograph, prediction: shown, mask: shown, model_mask: mask && own,
      corrected_arteries: arteries, corrected_veins: veins, overlay: null, artery_vein: null, probability: null, field_of_view: null,
    },
    urls: { photograph: photographUrl, original: photographUrl, mask: maskUrl, prediction: predictionUrl, overlay: null, model_mask: mask && URL.createObjectURL(own) },
    correction,
  };
}

/**
 * @param {SavedPrediction} record
 * @returns {Correction | null}
 */
function correctionOf({ correction, ...record }) {
  if (!correction) return null;
  const { by, kinds, model, model_measurements: measurements, model_measurement_reasons, model_regional_measurements } = correction;
  const own = { ...record, model, measurements, measurement_reasons: model_measurement_reasons ?? {}, regional_measurements: model_regional_measurements ?? null };
  return { by, kinds, measured: true, vessels: 0, area: 0, model: own };
}
