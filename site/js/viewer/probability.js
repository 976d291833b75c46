// The probability of a spot, in words, read from the service's probability map.

import { decimal, t } from '../ui/language.js';
import { decoded } from './canvas.js';

/** @import { Result } from '../files/segmentation.js' */
/** @import { Point, Size } from './view.js' */

/** Thin vessels are hard to hit: the highest value within so many pixels is told, too. */
const NEARBY = 5;
const SIDE = 2 * NEARBY + 1;

export function createProbability() {
  const brush = new OffscreenCanvas(SIDE, SIDE).getContext('2d', { willReadFrequently: true });
  if (!brush) throw new Error('This browser cannot draw pictures.');
  /** @type {ImageBitmap | null} */
  let map = null;
  /** @type {string | null} */
  let from = null;

  /**
   * Takes another map, or none. Throws if the browser cannot hold it.
   * @param {string | null} url
   */
  async function load(url) {
    if (url === from) return;
    map?.close();
    [map, from] = [null, url];
    if (!url) return;
    const read = await createImageBitmap(await decoded(url));
    if (url === from) map = read;
    else read.close();
  }

  /**
   * In words; null until there is a map.
   * @param {Point} spot
   * @param {number} threshold
   */
  function words(spot, threshold) {
    if (!map || !brush) return null;
    const [x, y] = [Math.floor(spot.x), Math.floor(spot.y)];
    brush.clearRect(0, 0, SIDE, SIDE);
    brush.drawImage(map, x - NEARBY, y - NEARBY, SIDE, SIDE, 0, 0, SIDE, SIDE);
    return probabilityOf(brush.getImageData(0, 0, SIDE, SIDE).data, threshold);
  }

  /**
   * What the readout says of a spot: nothing before the service's map is here, which is waited for elsewhere.
   * @param {Pick<Result, 'answer' | 'urls' | 'correction'>} result
   * @param {Point | null} spot
   */
  function told({ answer, urls, correction }, spot) {
    if (!urls.probability) return [];
    if (!spot) return [t('Point at a vessel, or move the crosshair with the arrow keys.')];
    const { x, y } = spot;
    const found = words(spot, answer.threshold);
    return [
      `x ${Math.floor(x)}, y ${Math.floor(y)}`,
      found ?? t('Getting the probabilities…'),
      ...(found && correction ? [t('This is the network’s probability, whatever was corrected.')] : []),
    ];
  }

  return { load, told };
}

/**
 * “Probability 0.83: vessel. Up to 0.91 within 5 pixels.” of a square of RGBA bytes around a spot.
 * @param {Uint8ClampedArray} data
 * @param {number} threshold
 */
export function probabilityOf(data, threshold) {
  const values = Array.from({ length: data.length / 4 }, (_, i) => data[4 * i] / 255);
  const here = values[(values.length - 1) / 2];
  const words = { here: decimal(here, 2), highest: decimal(Math.max(...values), 2), pixels: NEARBY };
  return here > threshold
    ? t('Probability {here}: vessel. Up to {highest} within {pixels} pixels.', words)
    : t('Probability {here}: no vessel. Up to {highest} within {pixels} pixels.', words);
}
