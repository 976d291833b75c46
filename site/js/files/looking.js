// What more can be asked of the service for a result: the photograph is read and sent again, with its correction if it has
// one. Nothing here touches the page.

import { predict } from '../api/prediction.js';
import { Refusal } from '../api/reach.js';
import { fieldsOf } from '../correction/corrected.js';
import { adopt } from '../correction/correcting.js';
import { t } from '../ui/language.js';
import { measuredWith } from '../viewer/measurement-intervals.js';
import { withKinds } from '../viewer/vessel-segments.js';
import { picture } from './pictures.js';
import { bytesOf } from './source.js';

/** @import { PredictionResponse } from 'openapi' */
/** @import { Mark } from '../viewer/marks.js' */
/** @import { Look, MeasureAround, Result } from './segmentation.js' */
/** @import { Source } from './source.js' */

/** What is asked for once it is wanted. */
const LAYERS = /** @type {const} */ (['artery_vein', 'probability', 'field_of_view']);
const ANOTHER_MODEL = t('The service segments with another model or other settings now, so this photograph is segmented again.');
const ANOTHER_MODEL_CORRECTED = t('The service segments with another model or other settings now. Your correction is still here, with the figures it '
  + 'had. You can download it, save it together with the name of the model whose vessels you corrected, or discard it. To use the new '
  + 'model, add the photograph again.');
const CORRECTED_MEANWHILE = t('The vessels were corrected in the meantime.');

/**
 * The result with what more can be asked for: the photograph is read and sent again.
 * @param {Result} result
 * @param {Source} source
 * @param {{ force: boolean, outdated: () => void }} options
 */
export function lookingInto(result, source, { force, outdated }) {
  /**
   * Answers of two models are never mixed: what was found by another one is not taken.
   * @param {PredictionResponse} answered
   */
  function refuseAnother({ model, threshold, canvas }) {
    const { answer } = result;
    if (model.sha256 === answer.model.sha256 && threshold === answer.threshold && canvas === answer.canvas) return;
    if (result.correction) throw new Refusal('another_model', ANOTHER_MODEL_CORRECTED);
    outdated();
    throw new Refusal('another_model', ANOTHER_MODEL);
  }

  /** @type {Look} */
  async function look(marks, { signal, pausing }) {
    const correction = result.correction ?? null;
    const all = correction ? [...new Set([...marks, ...measuredWith(result)])] : marks;
    const outputs = result.fallback ? ['overlay', ...marks] : withKinds(all);
    if (correction || !outputs.length) outputs.push('preview');
    const options = { outputs: outputs.join(), force, signal, pausing, fields: fieldsOf(result) };
    const answered = await predict(await bytesOf(source), source.name, options);
    signal.throwIfAborted();
    refuseAnother(answered);
    if (correction !== (result.correction ?? null)) throw new Refusal('corrected_meanwhile', CORRECTED_MEANWHILE);
    if (correction) adopt(result, answered);
    else takeFigures(answered, marks);
    takePictures(answered, marks);
  }

  /**
   * @param {PredictionResponse} answered
   * @param {Mark[]} marks
   */
  function takeFigures({ structures, measurements, measurement_reasons, regional_measurements }, marks) {
    // What was measured by arteries and veins stays when only the disc is asked for.
    const less = result.urls.artery_vein && !marks.includes('artery_vein');
    if (structures && !less) Object.assign(result.answer, { structures, measurements, measurement_reasons, regional_measurements });
  }

  /**
   * @param {PredictionResponse} answered
   * @param {Mark[]} marks
   */
  function takePictures({ images, graph }, marks) {
    const { urls } = result;
    if (graph) result.graph = graph;
    for (const name of LAYERS) if (images[name] && !urls[name]) put(name, picture(images[name], 'image/png'));
    if (!images.overlay) return;
    if (urls.overlay) URL.revokeObjectURL(urls.overlay);
    put('overlay', picture(images.overlay, 'image/jpeg'));
    result.drawn = marks.join();
  }

  /**
   * @param {(typeof LAYERS)[number] | 'overlay'} name
   * @param {Blob} blob
   */
  function put(name, blob) {
    result.urls[name] = URL.createObjectURL(blob);
    if (result.pictures) result.pictures[name] = blob;
  }

  /** @type {MeasureAround} */
  async function measureAround({ signal, pausing }) {
    const marks = measuredWith(result);
    const options = { outputs: ['intervals', ...marks].join(), force, signal, pausing };
    const answered = await predict(await bytesOf(source), source.name, options);
    signal.throwIfAborted();
    refuseAnother(answered);
    const { measurement_intervals } = answered;
    Object.assign(result.answer, { measurement_intervals });
    result.around = marks.join();
  }
  return Object.assign(result, { look, measureAround, graph: null });
}
