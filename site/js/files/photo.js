// A photograph of the start page as it was when this browser stored it, and what is freed when it is gone.

import { continued } from '../storage/record.js';
import { sourceOf } from '../storage/blobs.js';
import { noteOrder } from './new-photo.js';
import { release, revived } from './segmentation.js';

/** @import { Photo } from './photograph-list.js' */
/** @import { Restored } from '../storage/store.js' */

/**
 * @param {Restored} restored
 * @param {(photo: Photo) => void} outdated called when the service answers with another model than that of the result
 * @returns {Photo}
 */
export function restoredPhoto({ record, file }, outdated) {
  const { id, order, name, force, account, saved, draft, others } = record;
  noteOrder(order);
  const source = file ? sourceOf(name, file) : { name, open: () => Promise.reject(new Error('It was not stored.')) };
  const { state, sentence, code, result } = continued(record, Boolean(file));
  /** @type {Photo} */
  const photo = { id, order, name, source, stored: Boolean(file), force, account, saved, draft, others, state, sentence, slow: false, code, result: null, stop: new AbortController() };
  if (result && file) photo.result = revived(result, source, { file, force, outdated: () => outdated(photo) });
  return photo;
}

/** @param {Photo[]} photos that are gone for good */
export function releaseAll(photos) {
  for (const { result } of photos) if (result) release(result);
}
