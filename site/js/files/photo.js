// A photograph of the start page: as it is when it is added, and as it was when this browser stored it.

import { continued } from '../storage/record.js';
import { sourceOf } from '../storage/blobs.js';
import { newId } from '../storage/workspace.js';
import { release, revived } from './segmentation.js';

/** @import { Photo } from './photograph-list.js' */
/** @import { Source } from './source.js' */
/** @import { Restored } from '../storage/store.js' */

/**
 * @param {Source} source
 * @param {number} order of the list
 * @returns {Photo}
 */
export function newPhoto(source, order) {
  return {
    id: newId(), order, name: source.name, source, stored: false, force: false,
    account: null, saved: null, draft: null, others: new Map(), ...beginning(),
  };
}

/**
 * @param {Restored} restored
 * @param {(photo: Photo) => void} outdated called when the service answers with another model than that of the result
 * @returns {Photo}
 */
export function restoredPhoto({ record, file }, outdated) {
  const { id, order, name, force, account, saved, draft, others } = record;
  const source = file ? sourceOf(name, file) : { name, open: () => Promise.reject(new Error('It was not stored.')) };
  const { state, sentence, code, result } = continued(record, Boolean(file));
  /** @type {Photo} */
  const photo = { id, order, name, source, stored: Boolean(file), force, account, saved, draft, others, state, sentence, slow: false, code, result: null, stop: new AbortController() };
  if (result && file) photo.result = revived(result, source, { file, force, outdated: () => outdated(photo) });
  return photo;
}

/** @param {Pick<Photo, 'state'>} photo */
export function isGoing({ state }) {
  return state === 'waiting' || state === 'segmenting';
}

/** @param {Photo[]} photos that are gone for good */
export function releaseAll(photos) {
  for (const { result } of photos) if (result) release(result);
}

/**
 * The state of a photograph before it is segmented, for the first time or again.
 * @returns {Pick<Photo, 'state' | 'sentence' | 'slow' | 'code' | 'result' | 'stop'>}
 */
export function beginning() {
  return { state: 'waiting', sentence: '', slow: false, code: null, result: null, stop: new AbortController() };
}
