// What is shown instead of a photograph that the browser cannot show as the service sees it, in words.

import { t } from '../ui/language.js';

/** @import { Result } from '../files/segmentation.js' */

/**
 * Empty if the photograph itself is shown.
 * @param {Pick<Result, 'fallback' | 'copied' | 'answer'>} result
 */
export function insteadWords(result) {
  const { fallback, copied } = result;
  if (fallback) return t('{reason}, so you see the overlay that the server drew.', { reason: fallback });
  if (!copied) return '';
  return isReduced(result)
    ? t('{reason}, so you see a JPEG copy of it, {width} × {height} pixels. The vessels are at the photograph’s own resolution.', copied)
    : t('{reason}, so you see a JPEG copy of it.', { reason: copied.reason });
}

/**
 * What resolution the downloads have.
 * @param {Pick<Result, 'fallback' | 'copied' | 'answer'>} result
 */
export function resolutionWords(result) {
  if (result.fallback) return t('The mask has the photograph’s own resolution; the overlay is the server’s, at up to 2,048 pixels.');
  const both = t('Both have the photograph’s own resolution; the overlay uses the opacity chosen above.');
  const { copied } = result;
  if (!copied || !isReduced(result)) return both;
  const { width, height } = copied;
  return `${both} ${t('In the overlay, the photograph is enlarged from a copy of {width} × {height} pixels.', { width, height })}`;
}

/** @param {Pick<Result, 'copied' | 'answer'>} result */
function isReduced({ copied, answer: { photograph } }) {
  return Boolean(copied && copied.width < photograph.width);
}
