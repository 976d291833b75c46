// The spot of the photograph that the loupe, the probability and the distance are about: under the pointer, or at a
// crosshair that the arrow keys or a finger move.

import { finder } from '../ui/element.js';

/** @import { Point, Size } from './view.js' */
/** @import { Zoom } from './zoom.js' */

/** A press of an arrow key moves by so many CSS pixels; with Shift, by one pixel of the photograph. */
const STEP_PX = 10;
/** @type {Record<string, Point>} */
const ARROWS = { ArrowLeft: { x: -1, y: 0 }, ArrowRight: { x: 1, y: 0 }, ArrowUp: { x: 0, y: -1 }, ArrowDown: { x: 0, y: 1 } };

/**
 * Spots are in pixels of the photograph, counted from its corner. `moved(spot, byKey)` gets null when there is none;
 * `chosen(spot)` is called on Enter.
 * @param {{
 *   page: ParentNode, zoom: Zoom, active: () => boolean,
 *   moved: (spot: Point | null, byKey: boolean) => void, chosen: (spot: Point) => void,
 * }} parts
 */
export function createAim({ page, zoom, active, moved, chosen }) {
  const by = finder(page);
  const [stage, crosshair] = [by('stage'), by('crosshair')];
  /** @type {Point | null} */
  let spot = null;
  let crossed = false;

  /**
   * @param {Point | null} to
   * @param {{ cross: boolean, byKey?: boolean }} how whether the crosshair is drawn there
   */
  function go(to, { cross, byKey = false }) {
    spot = to;
    crossed = cross && Boolean(to);
    if (spot && byKey) zoom.reveal(spot);
    place();
    moved(spot, byKey);
  }

  function place() {
    crosshair.hidden = !crossed || !spot || !active();
    if (!spot || crosshair.hidden) return;
    const { x, y } = zoom.placeOf(spot);
    crosshair.style.translate = `${x}px ${y}px`;
  }

  /** @param {PointerEvent} event */
  function follow(event) {
    if (!active() || (event.pointerType === 'touch' && !event.isPrimary)) return;
    const at = zoom.spotAt(event);
    go(within(at, zoom.size()) ? at : null, { cross: event.pointerType === 'touch' });
  }

  /** Puts the crosshair into the middle of what is seen, unless there is a spot. */
  function begin() {
    if (active() && !spot) go(snapped(zoom.middle(), zoom.size()), { cross: true, byKey: true });
    place();
  }

  stage.addEventListener('pointermove', follow);
  stage.addEventListener('pointerdown', follow);
  stage.addEventListener('pointerleave', (event) => {
    if (!crossed && event.pointerType !== 'touch') go(null, { cross: false });
  });
  stage.addEventListener('view', place);
  stage.addEventListener('keydown', (event) => {
    if (!active() || event.target !== stage || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow) {
      event.preventDefault();
      const step = event.shiftKey ? 1 : Math.max(1, Math.round(STEP_PX / zoom.scale()));
      const { x, y } = spot ?? zoom.middle();
      go(snapped({ x: x + arrow.x * step, y: y + arrow.y * step }, zoom.size()), { cross: true, byKey: true });
    } else if (event.key === 'Enter' && spot) chosen(spot);
  });

  return { begin, place, forget: () => go(null, { cross: false }) };
}

/**
 * @param {Point} spot
 * @param {Size} size
 */
function within({ x, y }, { width, height }) {
  return x >= 0 && y >= 0 && x < width && y < height;
}

/**
 * The middle of the nearest pixel.
 * @param {Point} spot
 * @param {Size} size
 */
function snapped({ x, y }, { width, height }) {
  const middle = (/** @type {number} */ at, /** @type {number} */ side) => Math.min(Math.max(Math.floor(at), 0), side - 1) + 0.5;
  return { x: middle(x, width), y: middle(y, height) };
}
