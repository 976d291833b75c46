// Strokes on the photograph: by mouse, pen or one finger, or by keys, with which the arrows move a ring and Space paints.
// The ring shows what the brush covers. A second finger takes the stroke back and zooms.

import { finder } from '../ui/element.js';

/** @import { Point, Size } from '../viewer/view.js' */
/** @import { Zoom } from '../viewer/zoom.js' */

/** A press of an arrow key moves by so many CSS pixels; with Shift, by one pixel of the photograph. */
const STEP_PX = 10;
/** @type {Record<string, Point>} */
const ARROWS = { ArrowLeft: { x: -1, y: 0 }, ArrowRight: { x: 1, y: 0 }, ArrowUp: { x: 0, y: -1 }, ArrowDown: { x: 0, y: 1 } };

/**
 * `diameter()` is in pixels of the photograph. `draw(from, to)` is called as the stroke goes on, then `finish` or `cancel`; `early()` instead
 * while strokes are not active, which returns whether they are expected.
 * @param {{
 *   page: ParentNode, zoom: Zoom, active: () => boolean, diameter: () => number,
 *   draw: (from: Point, to: Point) => void, finish: () => void, cancel: () => void, early: () => boolean,
 * }} parts
 */
export function createStrokes({ page, zoom, active, diameter, draw, finish, cancel, early }) {
  const by = finder(page);
  const [stage, ring] = [by('stage'), by('brush-ring')];
  /** @type {Point | null} */
  let spot = null;
  /** @type {number | 'key' | null} what makes the stroke: a pointer's id, or Space */
  let drawing = null;

  function place() {
    ring.hidden = !active() || !spot;
    if (ring.hidden || !spot) return;
    const { x, y } = zoom.placeOf(spot);
    const side = Math.max(5, diameter() * zoom.scale());
    ring.style.inlineSize = ring.style.blockSize = `${side}px`;
    ring.style.translate = `${x - side / 2}px ${y - side / 2}px`;
  }

  /** @param {Point | null} to */
  function go(to) {
    if (drawing !== null && spot && to) draw(spot, to);
    spot = to;
    place();
  }

  /** @param {number | 'key'} means */
  function begin(means) {
    drawing = means;
    if (spot) draw(spot, spot);
  }

  function end() {
    if (drawing === null) return;
    drawing = null;
    finish();
  }

  /** Takes back the stroke that is being made, and returns whether there was one. */
  function stop() {
    if (drawing === null) return false;
    drawing = null;
    cancel();
    return true;
  }

  /** Puts the ring into the middle of what is seen, unless it is somewhere. */
  function appear() {
    if (!spot) go(inside(zoom.middle(), zoom.size()));
  }

  /**
   * @param {Point} arrow
   * @param {number} step in pixels of the photograph
   */
  function move(arrow, step) {
    const { x, y } = spot ?? zoom.middle();
    const to = inside({ x: x + arrow.x * step, y: y + arrow.y * step }, zoom.size());
    zoom.reveal(to);
    go(to);
  }

  stage.addEventListener('pointerdown', (event) => {
    if (!active()) {
      if (event.isPrimary && event.button === 0) early();
      return;
    }
    if (drawing !== null || !event.isPrimary || event.button !== 0) {
      stop();
      return;
    }
    go(zoom.spotAt(event));
    begin(event.pointerId);
  });
  // Else Chromium takes the end of a quick stroke for a fling, and ignores the next tap, even on “Undo”.
  stage.addEventListener('touchstart', (event) => active() && event.preventDefault(), { passive: false });
  stage.addEventListener('pointermove', (event) => {
    if (!active() || drawing === 'key' || (drawing !== null && event.pointerId !== drawing)) return;
    if (event.pointerType === 'touch' && drawing === null) return;
    const between = drawing === null ? [] : event.getCoalescedEvents();
    for (const each of between.length ? between : [event]) go(zoom.spotAt(each));
  });
  stage.addEventListener('pointerup', (event) => event.pointerId === drawing && end());
  stage.addEventListener('pointercancel', (event) => event.pointerId === drawing && stop());
  stage.addEventListener('pointerleave', (event) => {
    if (active() && drawing === null && event.pointerType !== 'touch') go(null);
  });
  stage.addEventListener('view', place);

  stage.addEventListener('keydown', (event) => {
    if (event.target !== stage || isShortcut(event)) return;
    if (!active()) {
      if (event.key === ' ' && early()) event.preventDefault(); // else it scrolls
      return;
    }
    const arrow = ARROWS[event.key];
    if (!arrow && event.key !== ' ') return;
    event.preventDefault();
    appear();
    if (arrow) move(arrow, event.shiftKey ? 1 : Math.max(1, Math.round(STEP_PX / zoom.scale())));
    else if (!event.repeat && drawing === null) begin('key');
  });
  stage.addEventListener('keyup', (event) => event.key === ' ' && drawing === 'key' && end());
  stage.addEventListener('blur', () => drawing === 'key' && end());

  return {
    place,
    appear,
    stop,
    end() {
      stop();
      go(null);
    },
  };
}

/** @param {KeyboardEvent} event */
function isShortcut({ ctrlKey, metaKey, altKey }) {
  return ctrlKey || metaKey || altKey;
}

/**
 * The middle of the nearest pixel.
 * @param {Point} spot
 * @param {Size} size
 */
function inside({ x, y }, { width, height }) {
  const middle = (/** @type {number} */ at, /** @type {number} */ side) => Math.min(Math.max(Math.floor(at), 0), side - 1) + 0.5;
  return { x: middle(x, width), y: middle(y, height) };
}
