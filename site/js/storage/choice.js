// Whether this browser stores the photographs of the start page, which is up to whoever uses it.

import { remember, remembered } from '../ui/remembered.js';

const CHOICE = 'store-photographs';

export function isStoringWanted() {
  return remembered(CHOICE) !== 'off';
}

/**
 * Returns whether the browser remembers it.
 * @param {boolean} on
 */
export function wantStoring(on) {
  return remember(CHOICE, on ? 'on' : 'off');
}
