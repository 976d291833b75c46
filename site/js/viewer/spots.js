// Where spots of the photograph are in the stage, and the other way round. Spots are in pixels of the photograph, counted
// from its corner.

import { fit, placed } from './view.js';

/** @import { Frame, Point, View } from './view.js' */

/** What is revealed keeps this distance from the rim of the stage. */
const RIM_PX = 30;

/** @param {{ stage: HTMLElement, frame: () => Frame, view: () => View, move: (by: Point) => void }} parts */
export function createSpots({ stage, frame, view, move }) {
  /** CSS pixels per pixel of the photograph. */
  const scale = () => view().zoom * fit(frame());
  const size = () => frame().picture;

  /** @param {{ clientX: number, clientY: number }} event */
  function spotAt({ clientX, clientY }) {
    const box = stage.getBoundingClientRect();
    const { left, top } = placed(view(), frame());
    return { x: (clientX - box.left - left) / scale(), y: (clientY - box.top - top) / scale() };
  }

  /**
   * In CSS pixels from the stage's corner.
   * @param {Point} spot
   */
  function placeOf({ x, y }) {
    const { left, top } = placed(view(), frame());
    return { x: left + x * scale(), y: top + y * scale() };
  }

  /** The spot in the middle of the stage. */
  function middle() {
    return { x: view().x * size().width, y: view().y * size().height };
  }

  /**
   * Moves the photograph as far as needed for a spot to be seen.
   * @param {Point} spot
   */
  function reveal(spot) {
    const { x, y } = placeOf(spot);
    const short = (/** @type {number} */ at, /** @type {number} */ side) => Math.max(RIM_PX - at, 0) - Math.max(at - side + RIM_PX, 0);
    const by = { x: short(x, stage.clientWidth), y: short(y, stage.clientHeight) };
    if (by.x || by.y) move(by);
  }

  /**
   * A distance from the stage's left side, from that of the photograph instead, both in CSS pixels.
   * @param {number} x
   */
  function inLayers(x) {
    return x - placed(view(), frame()).left;
  }

  return { scale, size, spotAt, placeOf, middle, reveal, inLayers };
}
