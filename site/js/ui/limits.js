// The service's limits in words, for text on the pages and in messages.

import { limits } from '../api/about.js';

/** @import { Limits } from 'openapi' */

/**
 * “50 MiB”.
 * @param {number} bytes
 */
export function mebibytes(bytes) {
  return `${Number((bytes / 2 ** 20).toPrecision(3))} MiB`;
}

/**
 * “JPEG, PNG or GIF, up to 50 MiB each.”
 * @param {Pick<Limits, 'formats' | 'upload_bytes'>} limits
 */
export function photographsTaken({ formats, upload_bytes: bytes }) {
  const words = `${formats.slice(0, -1).join(', ')} or ${formats.slice(-1).join('')}`;
  return `${words}, up to ${mebibytes(bytes).replace(' ', '\u00a0')} each.`;
}

/**
 * Fills `place` with words about the limits. If they cannot be fetched, it stays empty and any file may be tried.
 * @param {Element} place
 * @param {(taken: Limits) => string} words
 */
export async function showLimits(place, words) {
  place.textContent = await limits().then(words, () => '');
}
