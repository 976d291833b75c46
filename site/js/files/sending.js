// How far the sending of a photograph is, in words, and whether it is so slow that a smaller copy is worth offering.

import { t } from '../ui/language.js';
import { sizeOf } from '../ui/size.js';
import { REDUCED_SIDE } from './reduced-copy.js';

/** @import { Size } from './segmentation.js' */

const LARGE_BYTES = 4 * 2 ** 20;
const SOON_MS = 3000; // before that, speed says little
const LONG_MS = 15_000;

/**
 * `seen` is called with the size of the photograph if the browser can show it, `sent` while it is sent.
 * @param {(state: { sentence: string, slow: boolean }) => void} changed
 */
export function followSending(changed) {
  /** @type {Size | null} */
  let size = null;
  let begun = 0;
  return {
    seen: (/** @type {Size} */ picture) => void (size = picture),
    sent: (/** @type {number} */ bytes, /** @type {number} */ of) => {
      begun ||= performance.now();
      const sentence = bytes < of ? t('Sending {sent} of {all}…', { sent: sizeOf(bytes), all: sizeOf(of) }) : '';
      changed({ sentence, slow: isWorthReducing(size, { bytes, of, elapsedMs: performance.now() - begun }) });
    },
  };
}

/**
 * Whether a smaller copy is worth offering: the photograph is large, and a quarter of a minute or more is left.
 * @param {Size | null} size of the photograph, if the browser can show it
 * @param {{ bytes: number, of: number, elapsedMs: number }} sending
 */
export function isWorthReducing(size, { bytes, of, elapsedMs }) {
  if (!size || Math.max(size.width, size.height) <= REDUCED_SIDE || of <= LARGE_BYTES || elapsedMs < SOON_MS) return false;
  return (of - bytes) * elapsedMs > LONG_MS * bytes;
}
