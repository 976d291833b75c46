// The distance between two spots of the photograph: in pixels, and in micrometres where the size of a pixel is known.

import { drawn, finder } from '../ui/element.js';
import { decimal, t } from '../ui/language.js';

/** @import { Point } from './view.js' */
/** @import { Zoom } from './zoom.js' */

/** @param {{ page: ParentNode, zoom: Zoom }} parts */
export function createDistance({ page, zoom }) {
  const layer = finder(page)('layer-distance');
  /** @type {Point | null} */
  let start = null;
  /** @type {Point | null} */
  let end = null;
  let measured = false;

  /** @param {Point} spot */
  function choose(spot) {
    if (!start || measured) [start, end, measured] = [spot, null, false];
    else [end, measured] = [spot, true];
    draw();
  }

  /**
   * Where the second point would be.
   * @param {Point | null} spot
   */
  function hover(spot) {
    if (!start || measured) return;
    end = spot;
    draw();
  }

  /**
   * @param {Point} from
   * @param {Point} to
   */
  function drag(from, to) {
    [start, end, measured] = [from, to, true];
    draw();
  }

  function clear() {
    [start, end, measured] = [null, null, false];
    draw();
  }

  function draw() {
    const { width, height } = zoom.size();
    const parts = start ? [...line('casing', start, end ?? start), ...line('ruler', start, end ?? start)] : [];
    const attributes = { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': t('The distance that is measured') };
    layer.replaceChildren(...(start ? [drawn('svg', attributes, ...parts)] : []));
  }

  /** @param {number | null | undefined} micrometres of a pixel */
  function words(micrometres) {
    if (!start) return t('Choose two points: click, or press Enter.');
    if (!end) return t('Choose the second point.');
    return distanceOf(start, end, micrometres);
  }

  return { choose, hover, drag, clear, words };
}

/**
 * “Distance 123.4 pixels, 1012 µm.”
 * @param {Point} from
 * @param {Point} to
 * @param {number | null | undefined} micrometres of a pixel
 */
export function distanceOf(from, to, micrometres) {
  const pixels = Math.hypot(to.x - from.x, to.y - from.y);
  const words = { pixels: decimal(pixels, 1), micrometres: decimal(pixels * (micrometres ?? 0), 0) };
  return micrometres ? t('Distance {pixels} pixels, {micrometres} µm.', words) : t('Distance {pixels} pixels.', words);
}

/**
 * A line with a dot at each end. The dots are lines without length, so that they keep their size when enlarged.
 * @param {string} name
 * @param {Point} from
 * @param {Point} to
 */
function line(name, from, to) {
  const between = { class: name, x1: from.x, y1: from.y, x2: to.x, y2: to.y };
  const dot = (/** @type {Point} */ { x, y }) => drawn('line', { class: `${name} dot`, x1: x, y1: y, x2: x, y2: y });
  return [drawn('line', between), dot(from), dot(to)];
}
