// A line chart in SVG, as wide as the element it is drawn into. The line breaks where a value is missing, or where
// something besides the eye changed, such as the model. A band marks values that differ from that of the highlighted
// point by no more than chance. The table next to the chart shows the same values.

import { dayOf } from '../ui/dates.js';
import { drawn } from '../ui/element.js';
import { leastSpan, scale } from './scale.js';
import { t } from '../ui/language.js';

/** @import { Band, Scale } from './scale.js' */

/** @typedef {{ id: string, on: string, value: number | null, changes: string[] }} Point `on` is YYYY-MM-DD */
/** @typedef {Point & { value: number }} Measured */
/** @typedef {(point: Point) => number} Place */
/** @typedef {(value: number) => string} Written */

const HEIGHT = 230;
const [LEFT, RIGHT, TOP, BOTTOM] = [52, 16, 26, 34];
const TICKS = 4;
const LABEL_WIDTH = 92;
/** Narrower places, which are being laid out, get a chart when they have their width. */
const LEAST_WIDTH = LEFT + RIGHT + LABEL_WIDTH;

/**
 * @param {HTMLElement} place
 * @param {Point[]} points earliest first
 * @param {string} marked the id of the point to highlight
 * @param {Written} written formats a value
 * @param {{ band: Band, minimum: number }} measured `minimum` is the least possible value
 */
export function drawChart(place, points, marked, written, { band, minimum }) {
  const measured = points.filter(isMeasured);
  if (measured.length < 2 || place.clientWidth < LEAST_WIDTH) {
    place.replaceChildren();
    return;
  }
  const width = place.clientWidth;
  const across = scale(measured.map(timeOf), LEFT, width - RIGHT, 0);
  const values = measured.map(({ value }) => value);
  const up = scale(values, HEIGHT - BOTTOM, TOP, 0.15, { least: leastSpan(values, band), minimum });
  /** @type {Place} */
  const x = (point) => across.at(timeOf(point));
  /** @param {Measured} point */
  const y = (point) => up.at(point.value);
  const words = t('{count} values from {first} to {last}, between {low} and {high}. The table below has them all.', {
    count: measured.length,
    first: dayOf(measured[0].on),
    last: dayOf(measured[measured.length - 1].on),
    low: written(Math.min(...values)),
    high: written(Math.max(...values)),
  });

  place.replaceChildren(
    drawn(
      'svg',
      { class: 'chart', width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: 'img', 'aria-label': words },
      ...bands(points, marked, { band, x, up, width }),
      ...levels(up, width, written),
      ...days(measured, x, width),
      ...points.filter(({ changes }) => changes.length).map((point) => breakAt(point, x, width)),
      ...lines(points).map((line) => drawn('polyline', { points: line.map((point) => `${x(point)},${y(point)}`).join(' ') })),
      ...measured.map((point) =>
        drawn(
          'circle',
          { cx: x(point), cy: y(point), r: point.id === marked ? 6 : 4, class: point.id === marked ? 'marked' : '' },
          drawn('title', {}, t('{name}: {words}', { name: dayOf(point.on), words: written(point.value) })),
        ),
      ),
    ),
  );
}

/**
 * The first and the last point that can be compared with the one of this id, or null if its value is missing.
 * @param {Point[]} points
 * @param {string} id
 */
export function comparable(points, id) {
  const own = points.findIndex((point) => point.id === id);
  if (own < 0 || points[own].value === null) return null;
  let first = own;
  while (first > 0 && !points[first].changes.length) first -= 1;
  const next = points.findIndex(({ changes }, i) => i > own && changes.length > 0);
  return { own: points[own], first: points[first], last: points[next < 0 ? points.length - 1 : next - 1] };
}

/**
 * @param {Point[]} points
 * @param {string} marked
 * @param {{ band: Band, x: Place, up: Scale, width: number }} parts
 */
function bands(points, marked, { band, x, up, width }) {
  const run = comparable(points, marked);
  const range = run && isMeasured(run.own) ? band(run.own.value) : null;
  if (!run || !range) return [];
  const [left, right] = [Math.max(LEFT, x(run.first) - 9), Math.min(width - RIGHT, x(run.last) + 9)];
  const [bottom, top] = range.map((value) => Math.min(HEIGHT - BOTTOM, Math.max(TOP, up.at(value))));
  return [drawn('rect', { class: 'chance', x: left, y: top, width: right - left, height: bottom - top })];
}

/**
 * Runs of two or more points that can be compared with each other.
 * @param {Point[]} points
 */
export function lines(points) {
  /** @type {Measured[][]} */
  const runs = [[]];
  for (const point of points) {
    if (point.value === null || point.changes.length) runs.push([]);
    if (isMeasured(point)) runs[runs.length - 1].push(point);
  }
  return runs.filter((run) => run.length > 1);
}

/**
 * @param {Scale} up
 * @param {number} width
 * @param {Written} written
 */
function levels(up, width, written) {
  return Array.from({ length: TICKS + 1 }, (_, i) => up.low + ((up.high - up.low) * i) / TICKS).flatMap((value) => [
    drawn('line', { class: 'level', x1: LEFT, x2: width - RIGHT, y1: up.at(value), y2: up.at(value) }),
    drawn('text', { x: LEFT - 8, y: up.at(value) + 4, 'text-anchor': 'end' }, written(value)),
  ]);
}

/**
 * The labels of the time axis, as many as there is room for.
 * @param {Measured[]} points
 * @param {Place} x
 * @param {number} width
 */
function days(points, x, width) {
  let free = 0;
  return points.flatMap((point) => {
    const middle = Math.min(Math.max(x(point), LEFT + LABEL_WIDTH / 4), width - LABEL_WIDTH / 2);
    if (middle - LABEL_WIDTH / 2 < free) return [];
    free = middle + LABEL_WIDTH / 2;
    return [drawn('text', { x: middle, y: HEIGHT - 10, 'text-anchor': 'middle' }, dayOf(point.on))];
  });
}

/**
 * @param {Point} point
 * @param {Place} x
 * @param {number} width
 */
function breakAt(point, x, width) {
  const at = x(point) - 9;
  const toTheLeft = at > width / 2;
  const place = { x: toTheLeft ? at - 5 : at + 5, y: TOP - 6, 'text-anchor': toTheLeft ? 'end' : 'start' };
  return drawn(
    'g',
    { class: 'break' },
    drawn('line', { x1: at, x2: at, y1: TOP - 12, y2: HEIGHT - BOTTOM }),
    drawn('text', place, point.changes[0]),
  );
}

/**
 * @param {Point} point
 * @returns {point is Measured}
 */
function isMeasured(point) {
  return point.value !== null;
}

/** @param {Point} point */
function timeOf({ on }) {
  return Date.parse(on);
}
