// A smaller copy of a photograph, for a slow line, made only when somebody asks for it. Its name says what it is and how
// large the photograph was, and with it everything that bears the name: result, table, report, history.

import { Refusal } from '../api/reach.js';
import { t } from '../ui/language.js';
import { isGoing, newPhotos } from './new-photo.js';
import { stem } from './save.js';
import { bytesOf } from './source.js';

/** @import { Photo } from './photograph-list.js' */
/** @import { Source } from './source.js' */
/** @import { Size } from './segmentation.js' */

const NO_COPY = t('This browser could not make a smaller copy. The photograph itself is still being sent.');
export const REDUCED_SIDE = 2048; // pixels
const QUALITY = 0.92;

/**
 * “eye.png” of 3504 by 2336 pixels becomes “eye, reduced from 3504 × 2336.jpg”.
 * @param {string} name
 * @param {Size} size of the photograph
 */
export function reducedName(name, { width, height }) {
  return `${stem(name)}, reduced from ${width} × ${height}.jpg`;
}

/**
 * Adds a smaller copy at the end of the list and removes the photograph that is being sent; taking back the removal brings it back.
 * @param {Photo} photo
 * @param {{ photographs: ReadonlySet<Photo>, remove: (photos: Photo[]) => void, add: (photos: Photo[]) => void }} list
 */
export async function exchangeForCopy(photo, { photographs, remove, add }) {
  const copy = await reducedCopy(photo.source).catch((/** @type {unknown} */ error) => {
    console.warn(error);
    throw new Refusal('no_copy', NO_COPY);
  });
  if (!photographs.has(photo) || !isGoing(photo)) return; // it was removed, or its result has come
  remove([photo]);
  add(newPhotos([copy]));
}

/**
 * Throws an Error if the browser cannot show the photograph.
 * @param {Source} source
 * @returns {Promise<Source>}
 */
async function reducedCopy(source) {
  const whole = await createImageBitmap(await bytesOf(source));
  const scale = Math.min(1, REDUCED_SIDE / Math.max(whole.width, whole.height));
  const canvas = new OffscreenCanvas(Math.round(whole.width * scale), Math.round(whole.height * scale));
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser cannot draw pictures.');
  context.imageSmoothingQuality = 'high';
  context.drawImage(whole, 0, 0, canvas.width, canvas.height);
  const name = reducedName(source.name, whole);
  whole.close();
  const copy = new File([await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY })], name, { type: 'image/jpeg' });
  return { name, open: () => Promise.resolve(copy) };
}
