// Strokes that are in no mask yet: from the first touch until session.js has put the mask into the result.

import { ask } from './ask.js';

/** @import { Result } from '../files/segmentation.js' */
/** @import { Size } from '../viewer/view.js' */
/** @import { Counted } from './correction-worker.js' */

/** @typedef {{ plane: Uint8Array, size: Size, counted: Counted }} Opened */

/** @type {WeakMap<Result, Promise<void>>} settled once the latest mask is written */
export const writing = new WeakMap();
/** @type {Map<Result, Opened>} planes with strokes that are not in the result yet, also the one that is being made */
export const unwritten = new Map();

/**
 * Whether all strokes are in their masks: those of a result, or of all.
 * @param {Result} [result]
 */
export const areWritten = (result) => (result ? !unwritten.has(result) : !unwritten.size);

/**
 * Reads the masks of a result whose field of view is known, once its strokes have been written. Throws what `ask` throws.
 * @param {Result} result
 * @returns {Promise<Opened>}
 */
export async function planeOf(result) {
  await writing.get(result);
  const left = unwritten.get(result);
  if (left) return left; // it could not be written
  const { pictures } = result;
  if (!pictures?.field_of_view) throw new Error('The field of view is not known.');
  const { mask: vessels, model_mask: model, field_of_view: field } = pictures;
  const { plane, size, counted } = await ask({ open: { vessels, model: model ?? vessels, field, base: result.stored?.mask } });
  if (!plane || !size || !counted) throw new Error('The worker sent no plane.');
  return { plane, size, counted };
}
