// How one eye's measurement went from visit to visit. Enters: a subject and an eye; leaves: a chart and a table of the same
// values. Judges no value: where something else than the eye may have changed it, chart and table break.

import { ask } from '../api/requests.js';
import { drawChart } from './chart.js';
import { dayOf } from '../ui/dates.js';
import { titleOf } from './details.js';
import { element } from '../ui/element.js';

const MOST_PAGES = 10;
const KINDS = { model_sha256: 'model', threshold: 'threshold', canvas: 'canvas', flips: 'mirror images' };

/** `compare.offer(record, points)` is told of the visits there are. */
export function createTrend({ page, compare }) {
  const by = (id) => page.querySelector(`#${id}`);
  let points = [];
  let shown = null;
  new ResizeObserver(() => points.length > 1 && draw()).observe(by('trend-chart'));

  /** Of the record's subject and eye, the record marked; nothing where it has no subject. */
  async function show(record, signal) {
    shown = record;
    by('trend').hidden = !record.subject;
    if (!record.subject) return;
    points = await pointsOf(record, signal);
    by('trend-title').textContent = `Vascular density of ${titleOf(record)}`;
    by('trend-few').hidden = points.length > 1;
    by('trend-chart').hidden = points.length < 2;
    by('trend-breaks').hidden = !points.some(({ changes }) => changes.length);
    by('trend-rows').replaceChildren(...points.flatMap(rowsOf));
    compare.offer(record, points);
    draw();
  }

  function draw() {
    drawChart(by('trend-chart'), points, shown.id);
  }

  function rowsOf(point) {
    const link = element('a', { href: `#${point.id}` }, dayOf(point.on));
    if (point.id === shown.id) link.setAttribute('aria-current', 'true');
    const row = element(
      'tr',
      {},
      element('td', {}, link),
      element('td', { class: 'number' }, percent(point.value)),
      element('td', { class: 'number' }, point.expected_dice?.toFixed(2) ?? 'not known'),
      element('td', {}, measuredWith(point)),
    );
    if (!point.changes.length) return [row];
    const words = `Another ${point.changes.join(', another ')} from here on: not comparable with the values above.`;
    return [element('tr', { class: 'break' }, element('td', { colspan: 4 }, words)), row];
  }

  return { show };
}

/** The points of the trend, each with `changes`: what it was measured with that differs from the point before. */
async function pointsOf({ subject, eye }, signal) {
  const found = [];
  let cursor = null;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const query = new URLSearchParams({ subject, eye, ...(cursor && { cursor }) });
    const { trends, next } = await ask(`/api/v1/trends?${query}`, { signal });
    found.push(...trends.find(({ measurement }) => measurement === 'vascular_density').points);
    cursor = next;
    if (!cursor) break;
  }
  return found.map((point, i) => ({
    ...point,
    changes: Object.keys(KINDS).filter((kind) => i > 0 && point[kind] !== found[i - 1][kind]).map((kind) => KINDS[kind]),
  }));
}

function measuredWith({ model_sha256: model, canvas, threshold, flips }) {
  const parts = [model.slice(0, 8), canvas.replace('x', ' × '), Number(threshold.toFixed(3)), flips && 'mirror images'];
  return parts.filter((part) => part !== false).join(', ');
}

export function percent(share) {
  return share === null ? 'not measurable' : `${(100 * share).toFixed(1)} %`;
}
