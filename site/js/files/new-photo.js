// A photograph of the start page before it is segmented. Apart from photo.js, so that photographs can be added before the viewer is here.

import { newId } from '../storage/workspace.js';

/** @import { Photo } from './photograph-list.js' */
/** @import { Source } from './source.js' */

let latest = 0; // of their orders

/**
 * In this order, after all that there have been.
 * @param {Source[]} sources
 * @returns {Photo[]}
 */
export function newPhotos(sources) {
  return sources.map((source) => {
    latest = Math.max(latest + 1, Date.now());
    return {
      id: newId(), order: latest, name: source.name, source, stored: false, force: false,
      account: null, saved: null, draft: null, others: new Map(), ...beginning(),
    };
  });
}

/** @param {number} order of a photograph that was restored: new ones come after it */
export function noteOrder(order) {
  latest = Math.max(latest, order);
}

/**
 * The state of a photograph before it is segmented, for the first time or again.
 * @returns {Pick<Photo, 'state' | 'sentence' | 'slow' | 'code' | 'result' | 'stop'>}
 */
export function beginning() {
  return { state: 'waiting', sentence: '', slow: false, code: null, result: null, stop: new AbortController() };
}

/** @param {Pick<Photo, 'state'>} photo */
export function isGoing({ state }) {
  return state === 'waiting' || state === 'segmenting';
}
