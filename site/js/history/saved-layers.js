// What is saved of a photograph beside its vessels, once it is to be seen: arteries and veins, probabilities, segments, and its
// field of view.

import { ask, askBlob } from '../api/requests.js';
import { Refusal } from '../api/reach.js';
import { isUnsaved } from '../correction/as-stored.js';
import { t } from '../ui/language.js';
import { correctedKinds } from './corrected-kinds.js';

/** @import { GraphFeatures, SavedPrediction } from 'openapi' */
/** @import { Result } from '../files/segmentation.js' */
/** @import { Mark } from '../viewer/marks.js' */

const WITHOUT_MARKS = t('This photograph was saved without arteries, veins and optic disc. To add them, leave them switched on and choose “Compute again with the current model” below.');

const WITHOUT_KINDS = t('A person has corrected these vessels without saying which are arteries and which veins. What the model found is about its own vessels, so it is not shown with these.');

const NOT_YET = t('Vessel segments are those of the saved vessels. Save the correction to see its segments.');

export const PREDICTIONS = '/api/v1/predictions';

/** Marks that every saved photograph has. */
const ALWAYS = new Set(['probability', 'graph', 'field_of_view']);

/**
 * Puts the marks of a record into the result that `into()` gives, null if it has been closed; of corrected vessels, those that a
 * person has said. Throws a Refusal if one of them was not saved, after those that were.
 * @param {{ opened: SavedPrediction, marks: Mark[], signal: AbortSignal, into: () => Result | null }} asked
 */
export async function savedLayers({ opened, marks, signal, into }) {
  const { id, image_urls: urls } = opened;
  const open = () => (signal.aborted ? null : into());
  const unsaved = isUnsaved(into() ?? {});
  if (marks.includes('graph') && !unsaved) {
    /** @type {GraphFeatures} */
    const graph = await ask(`${PREDICTIONS}/${id}/graph`, { signal });
    Object.assign(open() ?? {}, { graph });
  }
  /**
   * @param {'artery_vein' | 'probability' | 'field_of_view'} name
   * @param {Blob} blob
   */
  const put = (name, blob) => {
    const result = open();
    if (!result) return;
    result.urls[name] = URL.createObjectURL(blob);
    if (result.pictures) result.pictures[name] = blob;
  };
  if (marks.includes('probability')) put('probability', await askBlob(urls.probability, signal));
  if (marks.includes('field_of_view')) put('field_of_view', await askBlob(`${PREDICTIONS}/${id}/field-of-view`, signal));
  refuse(opened, open(), marks);
  if (marks.includes('artery_vein')) await kinds();
  if (marks.includes('graph') && unsaved) throw new Refusal('not_saved', NOT_YET);

  async function kinds() {
    const result = open();
    const { mask, corrected_arteries: arteries, corrected_veins: veins } = result?.pictures ?? {};
    const blob = mask && arteries && veins ? await correctedKinds([mask, arteries, veins]) : await askBlob(urls.artery_vein, signal);
    if (mask === open()?.pictures?.mask) put('artery_vein', blob); // else the vessels were corrected in the meantime
  }
}

/**
 * @param {SavedPrediction} opened
 * @param {Result | null} result
 * @param {Mark[]} marks
 */
function refuse({ structures }, result, marks) {
  const { correction } = result ?? {};
  if (correction && !correction.kinds && marks.includes('artery_vein')) throw new Refusal('not_saved', WITHOUT_KINDS);
  if (!structures && marks.some((mark) => !ALWAYS.has(mark))) throw new Refusal('not_saved', WITHOUT_MARKS);
}
