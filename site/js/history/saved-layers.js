// What is saved of a photograph beside its vessels, once it is to be seen: arteries and veins, probabilities, segments.

import { ask, askBlob } from '../api/requests.js';
import { Refusal } from '../api/reach.js';
import { t } from '../ui/language.js';
import { correctedKinds } from './corrected-kinds.js';

/** @import { GraphFeatures, SavedPrediction } from 'openapi' */
/** @import { Result } from '../files/segmentation.js' */
/** @import { Mark } from '../viewer/marks.js' */

const WITHOUT_MARKS = t('This photograph was saved without arteries, veins and optic disc. To add them, leave them switched on and choose “Compute again with the current model” below.');

const WITHOUT_KINDS = t('A person has corrected these vessels without saying which are arteries and which veins. What the model found is about its own vessels, so it is not shown with these.');

export const PREDICTIONS = '/api/v1/predictions';

/** Marks that every saved photograph has. */
const ALWAYS = new Set(['probability', 'graph']);

/**
 * Puts the marks of a record into the result that `into()` gives, null if it has been closed; of corrected vessels, those that a
 * person has said. Throws a Refusal if one of them was not saved, after those that were.
 * @param {{ opened: SavedPrediction, marks: Mark[], signal: AbortSignal, into: () => Result | null }} asked
 */
export async function savedLayers({ opened, marks, signal, into }) {
  const { id, correction, image_urls: urls } = opened;
  const open = () => (signal.aborted ? null : into());
  if (marks.includes('graph')) {
    /** @type {GraphFeatures} */
    const graph = await ask(`${PREDICTIONS}/${id}/graph`, { signal });
    Object.assign(open() ?? {}, { graph });
  }
  /** @param {'artery_vein' | 'probability'} name */
  const add = async (name) => {
    const blob = await (correction && name === 'artery_vein' ? correctedKinds(urls, signal) : askBlob(urls[name], signal));
    const result = open();
    if (result) result.urls[name] = URL.createObjectURL(blob);
  };
  if (marks.includes('probability')) await add('probability');
  refuse(opened, marks);
  if (marks.includes('artery_vein')) await add('artery_vein');
}

/**
 * @param {SavedPrediction} opened
 * @param {Mark[]} marks
 */
function refuse({ correction, structures }, marks) {
  if (correction && !correction.kinds && marks.includes('artery_vein')) throw new Refusal('not_saved', WITHOUT_KINDS);
  if (!structures && marks.some((mark) => !ALWAYS.has(mark))) throw new Refusal('not_saved', WITHOUT_MARKS);
}
