// Asks registration-worker.js to register two photographs by their vessel masks, and says in words what came of it.

import { decimal, t } from '../ui/language.js';
import { withUnit } from '../ui/with-unit.js';
import { decoded } from '../viewer/canvas.js';

/** @import { Findings } from '../files/segmentation.js' */
/** @import { Field } from './centre-lines.js' */
/** @import { Lengths } from './difference.js' */
/** @import { Registration } from './register.js' */

/** @typedef {{ mask: ImageBitmap, field: Field }} Side */
/** @typedef {{ first: number[], both: number[], second: number[] }} Palette red, green and blue, 0 to 255 */
/** @typedef {{ first: Side, second: Side, palette: Palette }} Asked */
/** @typedef {{ pixels: Uint8ClampedArray<ArrayBuffer>, width: number, height: number, lengths: Lengths, tolerance: number }} Drawn */
/** @typedef {Registration & { drawn: Drawn | null }} Registered transform and residual in the photographs' own pixels */
/** @typedef {{ mask: string, findings: Pick<Findings, 'photograph' | 'quality'> }} Photographed `mask` is the URL of a blob */

/**
 * Throws if the browser cannot do it, or the signal's reason if it is aborted.
 * @param {Photographed} first
 * @param {Photographed} second
 * @param {{ palette: Palette, signal: AbortSignal }} options
 * @returns {Promise<Registered>}
 */
export async function registered(first, second, { palette, signal }) {
  const [one, other] = await Promise.all([sideOf(first), sideOf(second)]);
  signal.throwIfAborted();
  const worker = new Worker(new URL('./registration-worker.js', import.meta.url), { type: 'module' });
  try {
    return await new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      worker.addEventListener('message', (/** @type {MessageEvent<Registered>} */ { data }) => resolve(data));
      worker.addEventListener('error', ({ message }) => reject(new Error(message)));
      worker.postMessage({ first: one, second: other, palette }, { transfer: [one.mask, other.mask] });
    });
  } finally {
    worker.terminate();
  }
}

/**
 * @param {Photographed} photographed
 * @returns {Promise<Side>}
 */
async function sideOf({ mask, findings }) {
  return { mask: await createImageBitmap(await decoded(mask)), field: fieldOf(findings) };
}

/**
 * A disc cut off at its box, or the whole frame.
 * @param {Pick<Findings, 'photograph' | 'quality'>} findings
 * @returns {Field}
 */
export function fieldOf({ photograph: { field_of_view: box }, quality }) {
  const { left, top, width, height } = box;
  const radius = quality.field_of_view === 'disc' ? Math.max(width, height) / 2 : Math.hypot(width, height) / 2;
  return { x: left + width / 2, y: top + height / 2, radius, left, top, right: left + width, bottom: top + height };
}

/**
 * What registration found, in a sentence or two.
 * @param {Registration} registration
 */
export function inWords({ found, agreement, overlap, residual }) {
  const words = { share: percent(agreement), distance: decimal(residual, 1), overlap: percent(overlap) };
  return found
    ? t('Aligned by their vessels: {share} of the vessels that both could show coincide, beyond chance; their centre-lines are {distance} pixels '
      + 'apart (median). Of what the first photograph shows, {overlap} is in both.', words)
    : t('These photographs could not be aligned by their vessels: {share} of the vessels that both could show coincide, beyond chance. They may '
      + 'show different eyes or parts of the retina, or too few vessels were found. They are shown side by side, each in its own frame.', words);
}

/**
 * How much of the vessels only one of them shows, by the length of their centre-lines.
 * @param {Lengths} lengths
 */
export function sharesOf({ first, both, second }) {
  const all = first + both + second;
  return all ? { first: percent(first / all), both: percent(both / all), second: percent(second / all) } : null;
}

/** @param {number} share */
function percent(share) {
  return withUnit(Math.round(100 * share), '%');
}
