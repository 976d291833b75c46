// The field of view as a layer: hatched is where vessels were not looked for. The service is asked for it only once it is
// wanted.

import { finder } from '../ui/element.js';
import { brushOf, decoded, reduced } from './canvas.js';

/** @import { Result } from '../files/segmentation.js' */
/** @import { Mark } from './marks.js' */

/** Of the layer, in pixels: it is a shape with a smooth rim, so that more would not be seen. */
const ENOUGH_PIXELS = 4_000_000;
/** Stripes on the longer side. */
const STRIPES = 60;
/** RGBA of the stripes and of what is between them. */
const [STRIPE, BETWEEN] = [[255, 225, 77, 150], [40, 40, 60, 120]];

/**
 * `needed()` is called when `needs()` has changed.
 * @param {{ page: ParentNode, needed: () => void }} parts
 */
export function createFieldOfView({ page, needed }) {
  const by = finder(page);
  const box = by('field', HTMLInputElement);
  const layer = by('layer-field', HTMLImageElement);
  /** @type {Result | null} */
  let shown = null;

  /** @returns {Mark[]} */
  function needs() {
    return box.checked ? ['field_of_view'] : [];
  }

  /** @param {Result} result */
  function show(result) {
    shown = result;
    by('field-choice').hidden = !result.look;
    void update();
  }

  function hide() {
    shown = null;
    layer.hidden = true;
    layer.removeAttribute('src');
  }

  async function update() {
    const result = shown;
    if (!result) return;
    const { urls } = result;
    layer.hidden = !box.checked || !urls.field_of_view;
    if (layer.hidden || !urls.field_of_view) return;
    if (!urls.outside) {
      const made = URL.createObjectURL(await outside(urls.field_of_view));
      if (result !== shown || urls.outside) return URL.revokeObjectURL(made);
      urls.outside = made;
    }
    if (layer.src !== urls.outside) layer.src = urls.outside;
  }

  box.addEventListener('change', () => {
    if (box.checked && !shown?.urls.field_of_view) needed();
    else void update();
  });
  return { needs, show, hide, update: () => void update() };
}

/**
 * The layer as a PNG, transparent within the field of view.
 * @param {string} url white within the field of view, on black
 */
async function outside(url) {
  const picture = await decoded(url);
  const { width, height } = reduced(picture, ENOUGH_PIXELS);
  const canvas = new OffscreenCanvas(width, height);
  const brush = brushOf(canvas, { willReadFrequently: true });
  brush.drawImage(picture, 0, 0, width, height);
  const pixels = brush.getImageData(0, 0, width, height);
  hatch(pixels.data, width, Math.max(2, Math.round(Math.max(width, height) / STRIPES)));
  brush.putImageData(pixels, 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}

/**
 * Hatches the black of RGBA bytes in place; the white becomes transparent.
 * @param {Uint8ClampedArray} data
 * @param {number} width
 * @param {number} period of the stripes in pixels
 */
export function hatch(data, width, period) {
  for (let i = 0, x = 0, y = 0; i < data.length; i += 4) {
    if (data[i] > 127) data[i + 3] = 0;
    else data.set((x + y) % period < period / 3 ? STRIPE : BETWEEN, i);
    x += 1;
    if (x === width) [x, y] = [0, y + 1];
  }
}
