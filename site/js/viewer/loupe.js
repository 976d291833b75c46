// The loupe: a round window at the spot that shows photograph and layers as the stage does, three times enlarged.

import { finder } from '../ui/element.js';

/** @import { Point } from './view.js' */
/** @import { Zoom } from './zoom.js' */

const TIMES = 3;
/** A finger would hide what is under it. */
const ABOVE_FINGER_PX = 120;

/** @param {{ page: ParentNode, zoom: Zoom }} parts */
export function createLoupe({ page, zoom }) {
  const by = finder(page);
  const [stage, layers, loupe, drawings] = [by('stage'), by('layers'), by('loupe'), by('loupe-drawings')];
  const canvas = by('loupe-picture', HTMLCanvasElement);
  /** @type {Point | null} */
  let spot = null;
  let waiting = false;

  /**
   * @param {Point | null} at
   * @param {boolean} [finger] whether a finger is there
   */
  function look(at, finger = false) {
    spot = at;
    loupe.hidden = !at;
    loupe.style.setProperty('--lifted', `${finger ? ABOVE_FINGER_PX : 0}px`);
    if (waiting || !at) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw();
    });
  }

  function draw() {
    const brush = canvas.getContext('2d');
    if (!spot || !brush) return;
    const { x, y } = zoom.placeOf(spot);
    loupe.style.translate = `${x}px ${y}px`;
    const side = canvas.clientWidth;
    const density = devicePixelRatio;
    if (canvas.width !== Math.round(side * density)) canvas.width = canvas.height = Math.round(side * density);
    const scale = zoom.scale() * TIMES; // CSS pixels of the loupe per pixel of the photograph
    const { width, height } = zoom.size();
    const box = { left: side / 2 - spot.x * scale, top: side / 2 - spot.y * scale, width: width * scale, height: height * scale };
    brush.setTransform(density, 0, 0, density, 0, 0);
    brush.clearRect(0, 0, side, side);
    brush.imageSmoothingEnabled = scale * density <= 1;
    for (const layer of layers.children) {
      if ((layer instanceof HTMLImageElement && layer.naturalWidth) || (layer instanceof HTMLCanvasElement && layer.width)) paint(brush, layer, box);
    }
    drawings.replaceChildren(...drawn().map((each) => each.cloneNode(true)));
    Object.assign(drawings.style, { inlineSize: `${box.width}px`, blockSize: `${box.height}px`, translate: `${box.left}px ${box.top}px` });
  }

  /**
   * @param {CanvasRenderingContext2D} brush
   * @param {HTMLImageElement | HTMLCanvasElement} layer
   * @param {{ left: number, top: number, width: number, height: number }} box
   */
  function paint(brush, layer, { left, top, width, height }) {
    const { visibility, display, opacity, clipPath } = getComputedStyle(layer);
    if (visibility === 'hidden' || display === 'none') return;
    brush.save();
    if (clipPath !== 'none') { // by the wipe
      const divider = parseFloat(layers.style.getPropertyValue('--wipe')) * TIMES;
      brush.beginPath();
      brush.rect(left + (layer.classList.contains('under') ? divider - width : divider), top, width, height);
      brush.clip();
    }
    brush.globalAlpha = Number(opacity);
    brush.drawImage(layer, left, top, width, height);
    brush.restore();
  }

  /** The disc's rim, the zones, the segments and the distance, as far as they are seen. */
  function drawn() {
    return [...layers.querySelectorAll('svg')].filter((each) => getComputedStyle(each).visibility !== 'hidden');
  }

  stage.addEventListener('view', () => !loupe.hidden && look(spot));
  return { look };
}
