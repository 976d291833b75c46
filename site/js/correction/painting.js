// Draws the plane of a correction on its layer: of what has changed only the box round it, and of a large box a strip in
// each frame, so that the page never waits.

import { brushOf, reduced } from '../viewer/canvas.js';
import { pixelsOf } from './plane-picture.js';

/** @import { Size } from '../viewer/view.js' */
/** @import { Box } from './plane.js' */

/** Pixels that are drawn in a frame. */
const IN_A_FRAME = 400_000;

/** @param {HTMLCanvasElement} canvas */
export function createPainting(canvas) {
  /** @type {{ plane: Uint8Array, photograph: Size } | null} */
  let shown = null;
  /** @type {Box | null} in pixels of the layer */
  let dirty = null;
  let frame = 0;
  let colour = 0;
  let model = false;

  /**
   * @param {Uint8Array} plane
   * @param {Size} photograph
   */
  function begin(plane, photograph) {
    shown = { plane, photograph };
    const { width, height } = reduced({ naturalWidth: photograph.width, naturalHeight: photograph.height });
    Object.assign(canvas, { width, height });
    brushOf(canvas).putImageData(new ImageData(1, 1), 0, 0); // takes the layer's memory now, not within the first frame
    all();
  }

  function end() {
    shown = dirty = null;
    canvas.width = canvas.height = 0;
  }

  /** Draws everything again. */
  function all() {
    if (!shown) return;
    const { width, height } = shown.photograph;
    touch({ left: 0, top: 0, right: width, bottom: height });
  }

  /** @param {Box | null} box in pixels of the photograph */
  function touch(box) {
    if (!shown || !box) return;
    const { width, height } = shown.photograph;
    const [x, y] = [canvas.width / width, canvas.height / height];
    const next = { left: Math.floor(box.left * x), top: Math.floor(box.top * y), right: Math.ceil(box.right * x), bottom: Math.ceil(box.bottom * y) };
    dirty = dirty ? around(dirty, next) : next;
    canvas.dataset.state = 'drawing';
    frame ||= requestAnimationFrame(draw);
  }

  function draw() {
    frame = 0;
    if (!shown || !dirty) return;
    const { left, top, right, bottom } = dirty;
    const below = Math.min(bottom, top + Math.max(1, Math.floor(IN_A_FRAME / (right - left))));
    const pixels = pixelsOf(shown.plane, { photograph: shown.photograph, layer: canvas, box: { left, top, right, bottom: below }, colour, model });
    brushOf(canvas).putImageData(new ImageData(pixels, right - left, below - top), left, top);
    dirty = below < bottom ? { ...dirty, top: below } : null;
    if (dirty) frame = requestAnimationFrame(draw);
    else canvas.dataset.state = 'drawn';
  }

  /**
   * @param {string} hex #rrggbb
   * @param {boolean} ofModel whether the model's vessels are shown
   */
  function look(hex, ofModel) {
    const [red, green, blue] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
    const wanted = ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
    if (wanted === colour && ofModel === model) return;
    [colour, model] = [wanted, ofModel];
    all();
  }

  return { begin, end, touch, look };
}

/**
 * @param {Box} a
 * @param {Box} b
 * @returns {Box}
 */
function around(a, b) {
  return { left: Math.min(a.left, b.left), top: Math.min(a.top, b.top), right: Math.max(a.right, b.right), bottom: Math.max(a.bottom, b.bottom) };
}
