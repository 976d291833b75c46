// The service's limits in words, for text on the pages and in messages.

import { limits } from '../api/about.js';
import { locale, t } from './language.js';

/** @import { Limits } from 'openapi' */

/**
 * “50 MiB”.
 * @param {number} bytes
 */
export function mebibytes(bytes) {
  return `${Number((bytes / 2 ** 20).toPrecision(3)).toLocaleString(locale)}\u00a0MiB`;
}

/**
 * “JPEG, PNG or GIF, up to 50 MiB each.”
 * @param {Pick<Limits, 'formats' | 'upload_bytes'>} limits
 */
export function photographsTaken({ formats, upload_bytes: bytes }) {
  const listed = new Intl.ListFormat(locale, { type: 'disjunction' }).format(formats);
  return t('{formats}, up to {size} each.', { formats: listed, size: mebibytes(bytes) });
}

/**
 * Fills `place` with words about the limits. If they cannot be fetched, it stays empty and any file may be tried.
 * @param {Element} place
 * @param {(taken: Limits) => string} words
 */
export async function showLimits(place, words) {
  place.textContent = await limits().then(words, () => '');
}
