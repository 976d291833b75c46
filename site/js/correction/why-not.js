// Why the vessels of a result cannot be corrected on this page.

import { t } from '../ui/language.js';

/** @import { Result } from '../files/segmentation.js' */

/**
 * A sentence for the user, or null if they can be.
 * @param {Pick<Result, 'look' | 'pictures' | 'fallback'>} result
 */
export function whyNot({ look, pictures, fallback }) {
  if (fallback) return t('This browser cannot show the photograph itself, so its vessels cannot be corrected here.');
  return look && pictures ? null : t('This result cannot be corrected.');
}
