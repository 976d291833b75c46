// How one eye's measurements went from visit to visit. Enters: a subject and an eye; leaves: a chart and a table of the
// values of one measurement, chosen where there are several. Judges no value: where something else than the eye may have changed it, chart and table break.

import { measurementList } from '../api/about.js';
import { ask } from '../api/requests.js';
import { drawChart } from './chart.js';
import { dayOf } from '../ui/dates.js';
import { titleOf } from './details.js';
import { element, finder, markCurrent } from '../ui/element.js';
import { heading, valueOf } from '../ui/measurements.js';

/** @import { MeasurementDescription, SavedPrediction, TrendPoint, Trends } from 'openapi' */
/** @import { Compare } from './compare.js' */

/** @typedef {ReturnType<typeof createTrend>} Trend */
/** @typedef {TrendPoint & { changes: string[] }} Compared what a point was measured with that the point before was not */

const MOST_PAGES = 10;
const KINDS = /** @type {const} */ ({ model_sha256: 'another model', threshold: 'another threshold', canvas: 'another canvas', flips: 'mirror images on or off' });

/**
 * `compare.offer(record, points, measurement)` is told of the visits there are.
 * @param {{ page: ParentNode, compare: Compare }} parts
 */
export function createTrend({ page, compare }) {
  const by = finder(page);
  const choice = by('trend-measurement', HTMLSelectElement);
  /** @type {MeasurementDescription[]} none where they could not be fetched, as the page says */
  let measurements = [];
  /** @type {Map<string, Compared[]>} */
  let trends = new Map();
  /** @type {Compared[]} */
  let points = [];
  /** @type {SavedPrediction | null} */
  let shown = null;
  new ResizeObserver(() => points.length > 1 && draw()).observe(by('trend-chart'));

  /**
   * Of the record's subject and eye, the record marked; nothing where it has no subject.
   * @param {SavedPrediction} record
   * @param {AbortSignal} signal
   */
  async function show(record, signal) {
    shown = record;
    by('trend').hidden = true;
    const list = await measurementList().catch(() => []);
    if (!record.subject || !list.length) return;
    const found = await trendsOf(record.subject, record.eye, signal);
    if (record !== shown) return; // another one was opened meanwhile
    [measurements, trends] = [list, found];
    by('trend').hidden = false;
    offerChoice();
    showChosen();
  }

  /** Among the measurements; the one that was chosen stays so. */
  function offerChoice() {
    const { value } = choice;
    choice.replaceChildren(...measurements.map((each) => element('option', { value: each.name }, heading(each))));
    if (measurements.some(({ name }) => name === value)) choice.value = value;
    by('trend-choice').hidden = measurements.length < 2;
  }

  function chosen() {
    return measurements.find(({ name }) => name === choice.value) ?? measurements[0];
  }

  function showChosen() {
    if (!shown) return;
    const measurement = chosen();
    points = trends.get(measurement.name) ?? [];
    by('trend-title').textContent = `${heading(measurement)} of ${titleOf(shown)}`;
    by('trend-column').textContent = heading(measurement);
    by('trend-few').hidden = points.length > 1;
    by('trend-chart').hidden = points.length < 2;
    by('trend-breaks').hidden = !points.some(({ changes }) => changes.length);
    by('trend-rows').replaceChildren(...points.flatMap(rowsOf));
    compare.offer(shown, points, measurement);
    draw();
  }

  function draw() {
    const measurement = chosen();
    if (shown) drawChart(by('trend-chart'), points, shown.id, (value) => valueOf(measurement, value));
  }

  /** @param {Compared} point */
  function rowsOf(point) {
    const link = element('a', { href: `#${point.id}` }, dayOf(point.on));
    markCurrent(link, point.id === shown?.id);
    const row = element(
      'tr',
      {},
      element('td', {}, link),
      element('td', { class: 'number' }, valueOf(chosen(), point.value)),
      element('td', { class: 'number' }, point.expected_dice?.toFixed(2) ?? 'not known'),
      element('td', {}, measuredWith(point)),
    );
    if (!point.changes.length) return [row];
    const words = `From here on: ${point.changes.join(', ')}. Not comparable with the values above.`;
    return [element('tr', { class: 'break' }, element('td', { colspan: 4 }, words)), row];
  }

  choice.addEventListener('change', showChosen);
  return { show };
}

/**
 * The points of each measurement of a subject's eye.
 * @param {string} subject
 * @param {SavedPrediction['eye']} eye
 * @param {AbortSignal} signal
 * @returns {Promise<Map<string, Compared[]>>}
 */
async function trendsOf(subject, eye, signal) {
  /** @type {Map<string, TrendPoint[]>} */
  const found = new Map();
  /** @type {string | null} */
  let cursor = null;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    /** @type {URLSearchParams} */
    const query = new URLSearchParams({ subject, eye, ...(cursor && { cursor }) });
    /** @type {Trends} */
    const { trends, next } = await ask(`/api/v1/trends?${query}`, { signal });
    for (const { measurement, points } of trends) found.set(measurement, [...(found.get(measurement) ?? []), ...points]);
    cursor = next;
    if (!cursor) break;
  }
  return new Map([...found].map(([name, points]) => [name, compared(points)]));
}

/**
 * The same points, each with `changes`: what it was measured with that differs from the point before.
 * @param {TrendPoint[]} points
 * @returns {Compared[]}
 */
export function compared(points) {
  const kinds = /** @type {(keyof typeof KINDS)[]} */ (Object.keys(KINDS));
  return points.map((point, i) => ({
    ...point,
    changes: kinds.filter((kind) => i > 0 && point[kind] !== points[i - 1][kind]).map((kind) => KINDS[kind]),
  }));
}

/** @param {TrendPoint} point */
function measuredWith({ model_sha256: model, canvas, threshold, flips }) {
  const parts = [model.slice(0, 8), canvas.replace('x', ' × '), Number(threshold.toFixed(3)), flips && 'mirror images'];
  return parts.filter((part) => part !== false).join(', ');
}
