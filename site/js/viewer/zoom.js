// Zooming and moving the photograph in the stage by buttons, keys and hands. The view is kept when another photograph is
// shown or the stage changes its size.

import { finder } from '../ui/element.js';
import { noteForPrint } from '../ui/print-size.js';
import { listenToHands } from './gestures.js';
import { createSpots } from './spots.js';
import { actualSize, clamped, limits, moved, percent, placed, WHOLE, zoomed } from './view.js';
import { withUnit } from '../ui/with-unit.js';

/** @import { Hands } from './gestures.js' */
/** @import { Frame, Point, Size, View } from './view.js' */

const STEP = 1.5;
/** A press of an arrow key moves by this share of the stage. */
const NUDGE = 0.15;
const MIDDLE = { x: 0, y: 0 };
/** @type {Record<string, Point>} where each arrow key leads */
const ARROWS = { ArrowLeft: { x: 1, y: 0 }, ArrowRight: { x: -1, y: 0 }, ArrowUp: { x: 0, y: 1 }, ArrowDown: { x: 0, y: -1 } };

/** @typedef {ReturnType<typeof createZoom>} Zoom */

/**
 * `hands` are the tools', which may take what a hand does. The stage gets an event `view` whenever the view has changed.
 * @param {{ page: ParentNode, hands: () => Hands | null }} parts
 */
export function createZoom({ page, hands }) {
  const by = finder(page);
  const [stage, layers, level] = [by('stage'), by('layers'), by('zoom-level')];
  const [less, more] = [by('zoom-out', HTMLButtonElement), by('zoom-in', HTMLButtonElement)];
  /** @type {Size} */
  let picture = { width: 1, height: 1 };
  let view = WHOLE;

  /** @returns {Frame} */
  function frame() {
    return { stage: { width: stage.clientWidth, height: stage.clientHeight }, picture, density: devicePixelRatio };
  }

  /** @param {View} wanted */
  function go(wanted) {
    const within = frame();
    if (!within.stage.width || !within.stage.height) return; // nothing is shown
    view = clamped(wanted, within);
    const { left, top, width, height } = placed(view, within);
    const { least, most } = limits(within);
    const enlarged = percent(view, within);
    layers.style.inlineSize = `${width}px`;
    layers.style.blockSize = `${height}px`;
    layers.style.translate = `${left}px ${top}px`;
    noteForPrint(stage);
    stage.classList.toggle('zoomed', view.zoom > 1.0001);
    stage.classList.toggle('pixels', enlarged > 100);
    level.textContent = withUnit(Math.round(enlarged), '%');
    less.disabled = view.zoom <= least * 1.0001;
    more.disabled = view.zoom >= most * 0.9999;
    stage.dispatchEvent(new Event('view'));
  }

  /**
   * @param {number} factor
   * @param {Point} at
   */
  const zoom = (factor, at) => go(zoomed(view, factor, at, frame()));
  /** @param {Point} distance */
  const move = (distance) => go(moved(view, distance, frame()));
  const closer = () => zoom(STEP, MIDDLE);
  const further = () => zoom(1 / STEP, MIDDLE);
  const whole = () => go(WHOLE);
  const actual = () => zoom(actualSize(frame()) / view.zoom, MIDDLE);

  /**
   * Keeps the view, on a photograph of this size.
   * @param {Size} size
   */
  function fitTo(size) {
    picture = size;
    go(view);
  }

  more.addEventListener('click', closer);
  less.addEventListener('click', further);
  by('zoom-fit').addEventListener('click', whole);
  by('zoom-actual').addEventListener('click', actual);
  listenToHands({ stage, zoom, move, atRest: () => less.disabled, hands });
  stage.addEventListener('keydown', (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow || event.target !== stage || !stage.classList.contains('zoomed') || stage.classList.contains('aiming') || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move({ x: arrow.x * NUDGE * stage.clientWidth, y: arrow.y * NUDGE * stage.clientHeight });
  });
  new ResizeObserver(() => go(view)).observe(stage);
  return { more: closer, less: further, whole, actual, fitTo, ...createSpots({ stage, frame, view: () => view, move }) };
}
