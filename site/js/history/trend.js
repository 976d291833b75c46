// How one measurement of an eye changed from visit to visit, as a chart and a table, with a menu if there are several
// measurements. Values are not judged. Chart and table break where something besides the eye may have changed them.

import { measurementList } from '../api/about.js';
import { ask } from '../api/requests.js';
import { drawChart } from './chart.js';
import { dayOf } from '../ui/dates.js';
import { titleOf } from './details.js';
import { element, finder, markCurrent } from '../ui/element.js';
import { heading, valueOf } from '../ui/measurements.js';
import { bandAround, changeSince, inWords } from './repeatability.js';
import { decimal, locale, t } from '../ui/language.js';

/** @import { MeasurementDescription, SavedPrediction, TrendPoint, Trends } from 'openapi' */
/** @import { Compare } from './compare.js' */

/** @typedef {ReturnType<typeof createTrend>} Trend */
/** @typedef {TrendPoint & { changes: string[] }} Compared `changes` since the point before */

const MOST_PAGES = 10;
/** @type {Record<'model_sha256' | 'threshold' | 'canvas' | 'flips', string>} */
const KINDS = { model_sha256: t('another model'), threshold: t('another threshold'), canvas: t('another canvas'), flips: t('mirror images on or off') };
const OTHER_STRUCTURES = t('another look for arteries, veins and disc');

/**
 * `compare.offer(record, points, measurement)` is called with the visits to choose from. `follow` runs what fetches them, and says what went wrong.
 * @param {{ page: ParentNode, follow: (action: () => unknown) => Promise<unknown>, compare: Compare }} parts
 */
export function createTrend({ page, follow, compare }) {
  const by = finder(page);
  const choice = by('trend-measurement', HTMLSelectElement);
  /** @type {MeasurementDescription[]} empty if they could not be fetched, which the page reports */
  let measurements = [];
  /** @type {Map<string, Compared[]>} */
  let trends = new Map();
  /** @type {Compared[]} */
  let points = [];
  /** @type {SavedPrediction | null} */
  let shown = null;
  new ResizeObserver(() => points.length > 1 && draw()).observe(by('trend-chart'));

  /**
   * Shows the trend of the record's subject and eye, with the record marked, or nothing if it has no subject. Resolves once it is
   * there, or could not be fetched.
   * @param {SavedPrediction} record
   * @param {AbortSignal} signal
   */
  async function show(record, signal) {
    shown = record;
    by('trend').hidden = true;
    compare.close(record);
    await follow(() => load(record, signal).catch((error) => {
      if (record === shown && !signal.aborted) throw error;
    }));
  }

  /**
   * @param {SavedPrediction} record
   * @param {AbortSignal} signal
   */
  async function load(record, signal) {
    const list = await measurementList().catch(() => []);
    if (!record.subject || !list.length) return;
    const found = await trendsOf(record.subject, record.eye, signal);
    if (record !== shown) return; // another record was opened in the meantime
    measurements = list;
    trends = new Map(list.map(({ name, uses_structures: uses }) => [name, compared(found.get(name) ?? [], Boolean(uses))]));
    by('trend').hidden = false;
    offerChoice();
    showChosen();
  }

  /** Shows nothing, and ends the comparison. */
  function hide() {
    shown = null;
    by('trend').hidden = true;
    compare.close();
  }

  /** Fills the menu of measurements and keeps the current choice. */
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
    by('trend-title').textContent = t('{measurement} of {eye}', { measurement: heading(measurement), eye: titleOf(shown) });
    by('trend-column').textContent = heading(measurement);
    by('trend-few').hidden = points.length > 1;
    by('trend-chart').hidden = points.length < 2;
    by('trend-breaks').hidden = !points.some(({ changes }) => changes.length);
    const words = inWords(measurement);
    by('trend-chance').hidden = points.length < 2 || !words;
    by('trend-chance').textContent = `${words} ${t('In the band: values that differ from this visit’s by less, which may be chance.')}`;
    by('trend-rows').replaceChildren(...points.flatMap(rowsOf));
    compare.offer(shown, points, measurement);
    draw();
  }

  function draw() {
    const measurement = chosen();
    const band = (/** @type {number} */ value) => bandAround(measurement, value);
    const { minimum } = measurement;
    if (shown) drawChart(by('trend-chart'), points, shown.id, (value) => valueOf(measurement, value), { band, minimum });
  }

  /**
   * @param {Compared} point
   * @param {number} i
   */
  function rowsOf(point, i) {
    const link = element('a', { href: `#${point.id}` }, dayOf(point.on));
    markCurrent(link, point.id === shown?.id);
    const row = element(
      'tr',
      {},
      element('td', {}, link),
      element('td', { class: 'number' }, valueOf(chosen(), point.value)),
      element('td', {}, changeSince(chosen(), points, i)),
      element('td', { class: 'number' }, typeof point.expected_dice === 'number' ? decimal(point.expected_dice, 2) : t('not known')),
      element('td', {}, measuredWith(point)),
    );
    if (!point.changes.length) return [row];
    const words = t('From here on: {changes}. Not comparable with the values above.', { changes: point.changes.join(', ') });
    return [element('tr', { class: 'break' }, element('td', { colspan: 5 }, words)), row];
  }

  choice.addEventListener('change', showChosen);
  return { show, hide };
}

/**
 * The points of a subject's eye, by the name of the measurement.
 * @param {string} subject
 * @param {SavedPrediction['eye']} eye
 * @param {AbortSignal} signal
 * @returns {Promise<Map<string, TrendPoint[]>>}
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
  return found;
}

/**
 * Adds `changes` to each point: what it was measured with that differs from the point before, and for a measurement that
 * uses structures, whether they were found by something else than those of the last value.
 * @param {TrendPoint[]} points
 * @param {boolean} usesStructures
 * @returns {Compared[]}
 */
export function compared(points, usesStructures) {
  const kinds = /** @type {(keyof typeof KINDS)[]} */ (Object.keys(KINDS));
  /** @type {string | null | undefined} */
  let last; // what found the structures of the last value
  return points.map((point, i) => {
    const changes = kinds.filter((kind) => i > 0 && point[kind] !== points[i - 1][kind]).map((kind) => KINDS[kind]);
    if (usesStructures && point.value !== null) {
      const now = point.structures_sha256 ?? null;
      if (last !== undefined && now !== last) changes.push(OTHER_STRUCTURES);
      last = now;
    }
    return { ...point, changes };
  });
}

/** @param {TrendPoint} point */
function measuredWith({ model_sha256: model, canvas, threshold, flips }) {
  const parts = [model.slice(0, 8), canvas.replace('x', ' × '), threshold.toLocaleString(locale, { maximumFractionDigits: 3 }), flips && t('mirror images')];
  return parts.filter((part) => part !== false).join(', ');
}
