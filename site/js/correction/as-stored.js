// What the history has of a result: its masks as they are stored, and whether those of the page differ. Nothing here touches the page.

/** @import { Findings, Result } from '../files/segmentation.js' */
/** @import { Correction } from './corrected.js' */

/** @typedef {{ mask: Blob, arteries: Blob | null, veins: Blob | null, correction: Correction | null, answer: Findings }} Stored the masks that are shown first: a person's, if there are any */

/**
 * Whether a result of the history has been corrected since it was saved.
 * @param {Pick<Result, 'stored' | 'pictures'>} result
 */
export function isUnsaved({ stored, pictures }) {
  return Boolean(stored && pictures && (pictures.mask !== stored.mask || hasOtherKinds({ stored, pictures })));
}

/** @param {Pick<Result, 'stored' | 'pictures'>} result */
export function hasOtherKinds({ stored, pictures }) {
  return Boolean(stored && pictures && ((pictures.corrected_arteries ?? null) !== stored.arteries || (pictures.corrected_veins ?? null) !== stored.veins));
}

/**
 * A person's arteries and veins as they are stored.
 * @param {Result} result
 */
export function withStoredKinds({ stored, pictures }) {
  if (stored && pictures) [pictures.corrected_arteries, pictures.corrected_veins] = [stored.arteries, stored.veins];
}

/**
 * Where the masks are as they are stored, the figures are, too.
 * @param {Result} result
 */
export function settle(result) {
  const { stored, pictures, urls } = result;
  if (!stored || !pictures || isUnsaved(result)) return;
  Object.assign(result, { correction: stored.correction, answer: stored.answer });
  if (stored.correction || !urls.model_mask) return;
  URL.revokeObjectURL(urls.model_mask);
  [pictures.model_mask, urls.model_mask] = [null, null];
}
