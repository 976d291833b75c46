// What hands do on the stage: the wheel and two fingers zoom, a double click or tap zooms in, dragging moves. It reports
// `zoom(factor, at)` and `move(by)` in CSS pixels from the stage's middle, and changes nothing itself.

/** @import { Point } from './view.js' */

const WHEEL = 0.002;
/** A trackpad's pinch arrives as a wheel with Ctrl, in smaller steps. */
const PINCH = 0.01;
const LINE_PX = 16;
/** A notch of a coarse wheel must not be a leap. */
const MOST_PX = 240;
const DOUBLE_MS = 350;
const DOUBLE_PX = 24;
const CLOSER = 2.5;
/** The mouse’s middle button moves the photograph whatever the tool: as `button` and among `buttons`. */
const [MIDDLE, MIDDLE_HELD] = [1, 4];

/**
 * @typedef {object} Hands what a tool makes of a hand, instead
 * @property {(event: PointerEvent) => boolean} takes whether a single pointer is the tool's
 * @property {() => void} moving no tap any more, nor a long press
 * @property {(from: PointerEvent, to: PointerEvent) => void} drag
 * @property {(event: PointerEvent) => void} tap
 */

/**
 * `atRest()` says whether the photograph is as small as it gets; the wheel then scrolls the page.
 * @param {{
 *   stage: HTMLElement, zoom: (factor: number, at: Point) => void, move: (by: Point) => void, atRest: () => boolean,
 *   hands: () => Hands | null,
 * }} parts
 */
export function listenToHands({ stage, zoom, move, atRest, hands }) {
  /** @type {Map<number, Point>} where the fingers are, or the mouse while its button is down */
  const pointers = new Map();
  let start = { x: 0, y: 0 };
  /** @type {PointerEvent | null} */
  let down = null;
  let tap = { x: 0, y: 0, time: -Infinity };
  let still = false;

  /** @param {MouseEvent} event */
  function at(event) {
    const box = stage.getBoundingClientRect();
    return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 };
  }

  stage.addEventListener(
    'wheel',
    (event) => {
      const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1);
      if (!event.ctrlKey && pixels > 0 && atRest()) return;
      event.preventDefault();
      zoom(Math.exp(-Math.min(Math.max(pixels, -MOST_PX), MOST_PX) * (event.ctrlKey ? PINCH : WHEEL)), at(event));
    },
    { passive: false },
  );

  /** @param {PointerEvent} event */
  function isTaken(event) {
    return !(event.buttons & MIDDLE_HELD) && hands()?.takes(event);
  }

  stage.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 && event.button !== MIDDLE) return;
    stage.setPointerCapture(event.pointerId);
    start = at(event);
    down = event;
    pointers.set(event.pointerId, start);
    still = pointers.size === 1;
  });

  stage.addEventListener('pointermove', (event) => {
    if (!pointers.has(event.pointerId)) return;
    const before = grip(pointers);
    pointers.set(event.pointerId, at(event));
    const after = grip(pointers);
    still &&= distance(at(event), start) < DOUBLE_PX / 3;
    const tools = hands();
    if (!still) tools?.moving();
    if (pointers.size === 1 && isTaken(event)) {
      if (!still && down) tools?.drag(down, event);
      return;
    }
    move({ x: after.x - before.x, y: after.y - before.y });
    if (before.spread && after.spread) zoom(after.spread / before.spread, after);
  });

  stage.addEventListener('pointerup', (event) => {
    pointers.delete(event.pointerId);
    if (!still || event.button === MIDDLE) return;
    const tools = hands();
    if (tools?.takes(event)) {
      tools.tap(event);
      return;
    }
    const here = { ...at(event), time: event.timeStamp };
    const twice = here.time - tap.time < DOUBLE_MS && distance(here, tap) < DOUBLE_PX;
    if (twice) zoom(event.shiftKey ? 1 / CLOSER : CLOSER, here);
    tap = twice ? { ...here, time: -Infinity } : here;
  });
  stage.addEventListener('pointercancel', (event) => pointers.delete(event.pointerId));
  stage.addEventListener('mousedown', (event) => event.button === MIDDLE && event.preventDefault()); // no scrolling by itself
  stage.addEventListener('dragstart', (event) => event.preventDefault());
}

/**
 * The middle of the fingers and how far two of them are apart; 0 if there is one.
 * @param {Map<number, Point>} pointers
 */
function grip(pointers) {
  const [one, two = one] = pointers.values();
  return { x: (one.x + two.x) / 2, y: (one.y + two.y) / 2, spread: distance(one, two) };
}

/**
 * @param {Point} a
 * @param {Point} b
 */
function distance(a, b) {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
