// Two visits side by side. Enters: the opened record and the visits of the same eye; leaves: a choice among them, and both
// photographs with their vessels drawn over them. Turns and lines up nothing.

import { ask, askBlob } from '../api/requests.js';
import { dayOf } from '../ui/dates.js';
import { element, finder } from '../ui/element.js';
import { PREDICTIONS } from './record.js';
import { percent } from './trend.js';

/** @import { SavedPrediction } from 'openapi' */
/** @import { Attempt } from '../ui/trouble.js' */
/** @import { Point } from './chart.js' */

/** @typedef {ReturnType<typeof createCompare>} Compare */

/** @param {{ page: ParentNode, attempt: Attempt }} parts */
export function createCompare({ page, attempt }) {
  const by = finder(page);
  const choice = by('compare-with', HTMLSelectElement);
  /** @type {SavedPrediction | null} */
  let opened = null;
  /** @type {string[]} */
  let urls = [];

  /**
   * @param {SavedPrediction} record
   * @param {Point[]} points
   */
  function offer(record, points) {
    clear();
    opened = record;
    const others = points.filter(({ id }) => id !== record.id);
    by('compare').hidden = others.length === 0;
    choice.replaceChildren(
      element('option', { value: '' }, 'none'),
      ...others.map(({ id, on, value }) => element('option', { value: id }, `${dayOf(on)}, ${percent(value)}`)),
    );
  }

  function clear() {
    by('pair').hidden = true;
    by('pair').replaceChildren();
    for (const url of urls) URL.revokeObjectURL(url);
    urls = [];
  }

  /** @param {string} id */
  async function show(id) {
    clear();
    const here = opened;
    if (!id || !here) return;
    /** @type {SavedPrediction} */
    const other = await ask(`${PREDICTIONS}/${id}`);
    const records = [here, other].sort((a, b) => dayIn(a).localeCompare(dayIn(b)));
    const blobs = await Promise.all(records.map(({ image_urls: { overlay } }) => askBlob(overlay)));
    if (here !== opened || choice.value !== id) return;
    urls = blobs.map((blob) => URL.createObjectURL(blob));
    by('pair').replaceChildren(...records.map((record, i) => figure(record, urls[i])));
    by('pair').hidden = false;
  }

  choice.addEventListener('change', () => void attempt(() => show(choice.value)));
  return { offer };
}

/**
 * @param {SavedPrediction} record
 * @param {string} url
 */
function figure(record, url) {
  const words = `${dayOf(dayIn(record))}: vascular density ${percent(record.measurements.vascular_density)}`;
  return element('figure', {}, element('img', { src: url, alt: `Overlay, ${words}` }), element('figcaption', {}, words));
}

/** @param {SavedPrediction} record */
function dayIn({ taken_on: taken, saved }) {
  return taken ?? saved.slice(0, 10);
}
