// Asks drawing-worker.js for layers and puts them on their canvases. While it is drawing, only the latest of further
// wishes for a layer is kept, so that a slider never has to wait for what it has already left behind.

import { decoded, reduced } from './canvas.js';

/** @import { VesselStyle } from './vessel-map.js' */

/** @typedef {'green' | 'equalised'} PhotographStyle */
/** @typedef {'photograph' | 'mask' | 'probability'} PictureName */
/** @typedef {{ layer: 'photograph', style: PhotographStyle }} DrawPhotograph */
/** @typedef {{ layer: 'vessels', style: VesselStyle, threshold: number | null, colour: number[] }} DrawVessels */
/** @typedef {(DrawPhotograph | DrawVessels) & { id: number }} Draw */
/** @typedef {Draw | { name: PictureName, picture: ImageBitmap } | { forget: true }} Request */
/** @typedef {{ layer: Draw['layer'], id: number, pixels: Uint8ClampedArray<ArrayBuffer>, width: number, height: number, vessels: number }} Drawing */

/**
 * `drawn(vessels)` is called after each drawing of the vessels with the number of their pixels.
 * @param {{ canvases: Record<Draw['layer'], HTMLCanvasElement>, drawn: (vessels: number) => void }} parts
 */
export function createDrawing({ canvases, drawn }) {
  const worker = new Worker(new URL('./drawing-worker.js', import.meta.url), { type: 'module' });
  let id = 0;
  /** @type {Set<PictureName>} */
  const sent = new Set();
  /** @type {Map<Draw['layer'], number>} what is being drawn */
  const busy = new Map();
  /** @type {Map<Draw['layer'], Draw>} */
  const next = new Map();

  /** Forgets everything, before another photograph. */
  function clear() {
    id += 1;
    sent.clear();
    busy.clear();
    next.clear();
    send({ forget: true });
  }

  /**
   * Gives the worker a picture, once. Throws if the browser cannot hold it.
   * @param {PictureName} name
   * @param {string} url
   */
  async function give(name, url) {
    if (sent.has(name)) return;
    const asked = id;
    const image = await decoded(url);
    const { width, height, isWhole } = reduced(image);
    const picture = await createImageBitmap(image, isWhole ? {} : { resizeWidth: width, resizeHeight: height, resizeQuality: 'pixelated' });
    if (asked !== id || sent.has(name)) return;
    sent.add(name);
    worker.postMessage({ name, picture }, { transfer: [picture] });
  }

  /**
   * Another picture of this name can be given then.
   * @param {PictureName} name
   */
  function forget(name) {
    sent.delete(name);
  }

  /** @param {DrawPhotograph | DrawVessels} wish */
  function draw(wish) {
    const request = { ...wish, id };
    canvases[wish.layer].dataset.state = 'drawing';
    if (busy.get(wish.layer) === id) next.set(wish.layer, request);
    else send(request);
  }

  /** @param {Draw | { forget: true }} request */
  function send(request) {
    if ('layer' in request) busy.set(request.layer, request.id);
    worker.postMessage(request);
  }

  worker.addEventListener('message', (/** @type {MessageEvent<Drawing>} */ { data }) => {
    const { layer, id: asked, pixels, width, height, vessels } = data;
    if (asked !== id) return; // of a photograph that is no longer shown
    const canvas = canvases[layer];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    canvas.getContext('2d')?.putImageData(new ImageData(pixels, width, height), 0, 0);
    busy.delete(layer);
    if (layer === 'vessels') drawn(vessels);
    const waiting = next.get(layer);
    next.delete(layer);
    if (waiting) send(waiting);
    else canvas.dataset.state = 'drawn';
  });

  return { clear, give, forget, draw };
}
