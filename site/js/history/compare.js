// Compares two visits of the same eye: a menu of the other visits, both photographs as pair-view.js shows them, and by how
// much the values differ. Vessels and values are the model's, as in the trend, whatever was corrected.

import { ask, askBlob } from '../api/requests.js';
import { dayOf } from '../ui/dates.js';
import { element, finder } from '../ui/element.js';
import { labelled, valueOf } from '../ui/measurements.js';
import { showPair } from './pair-view.js';
import { PREDICTIONS } from './saved-layers.js';
import { BY_CHANCE, changeOf, mayBeChance } from './repeatability.js';
import { t } from '../ui/language.js';

/** @import { MeasurementDescription, SavedPrediction } from 'openapi' */
/** @import { Attempt } from '../ui/trouble.js' */
/** @import { Point } from './chart.js' */
/** @import { Values } from '../ui/measurements.js' */

/** @typedef {ReturnType<typeof createCompare>} Compare */

/** @param {{ page: ParentNode, attempt: Attempt, announce: (words: string) => void }} parts */
export function createCompare({ page, attempt, announce }) {
  const by = finder(page);
  const choice = by('compare-with', HTMLSelectElement);
  /** @type {SavedPrediction | null} */
  let opened = null;
  /** @type {MeasurementDescription | null} */
  let measured = null;
  /** @type {string[]} */
  let urls = [];
  /** @type {SavedPrediction[]} the two that are compared, the earlier first; empty if none are */
  let compared = [];
  let stop = new AbortController();
  const open = element('button', { id: 'compare-open', type: 'button', hidden: '' }, t('Compare with another visit'));
  by('result-title').after(open);

  /** @param {boolean} offered */
  function look(offered) {
    by('compare').hidden = !offered;
    open.hidden = !offered;
  }

  /**
   * @param {SavedPrediction} record
   * @param {Point[]} points
   * @param {MeasurementDescription} measurement
   */
  function offer(record, points, measurement) {
    const stays = measurement === measured && isComparing(record) && points.some(({ id }) => id === choice.value);
    const chosen = stays ? choice.value : '';
    if (!stays) clear();
    [opened, measured] = [record, measurement];
    const others = points.filter(({ id }) => id !== record.id);
    look(others.length > 0);
    choice.replaceChildren(
      element('option', { value: '' }, t('none')),
      ...others.map(({ id, on, value }) => element('option', { value: id }, `${dayOf(on)}, ${valueOf(measurement, value)}`)),
    );
    choice.value = chosen;
    if (!stays) return;
    compared = compared.map((each) => (each.id === record.id ? record : each));
    tell(measurement); // the correction may have changed, which no picture and no value here is of
  }

  function clear() {
    stop.abort();
    stop = new AbortController();
    by('pair').hidden = true;
    by('pair').replaceChildren();
    by('pair-change').textContent = '';
    compared = [];
    for (const url of urls) URL.revokeObjectURL(url);
    urls = [];
  }

  /** @param {SavedPrediction} record */
  const isComparing = (record) => compared.some((each) => isSameVisit(each, record));

  /**
   * Nothing is offered until the visits of the record are known.
   * @param {SavedPrediction} record
   */
  function close(record) {
    look(false);
    if (!isComparing(record)) clear();
  }

  /** @param {MeasurementDescription} measurement */
  function tell(measurement) {
    const [before, after] = compared;
    by('pair-change').textContent = [differenceOf(before, after, measurement), correctionWords(compared)].filter(Boolean).join(' ');
  }

  /** @param {string} id */
  async function show(id) {
    clear();
    const [here, measurement, { signal }] = [opened, measured, stop];
    if (!id || !here || !measurement) return;
    /** @type {SavedPrediction} */
    const other = await ask(`${PREDICTIONS}/${id}`, { signal });
    const records = [here, other].sort(byVisit);
    const blobs = await Promise.all(records.flatMap(({ image_urls: { photograph, mask } }) => [photograph, mask].map((url) => askBlob(url, signal))));
    signal.throwIfAborted();
    urls = blobs.map((blob) => URL.createObjectURL(blob));
    compared = records;
    tell(measurement);
    const visits = records.map((record, i) => ({
      record,
      caption: t('{name}: {words}', { name: dayOf(record.day), words: labelled(measurement, modelValues(record)) }),
      photograph: urls[2 * i],
      mask: urls[2 * i + 1],
    }));
    await showPair(by('pair'), visits, { signal, announce });
  }

  /** @param {string} id */
  async function unlessStopped(id) {
    const asked = show(id);
    const { signal } = stop;
    try {
      await asked;
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  choice.addEventListener('change', () => void attempt(() => unlessStopped(choice.value)));
  open.addEventListener('click', () => {
    by('compare').scrollIntoView({ block: 'start' });
    choice.focus({ preventScroll: true });
  });
  return { offer, close };
}

/**
 * Whether two states of a record look the same when they are compared with another visit: all but its correction, file name and note is the same.
 * @param {SavedPrediction} a
 * @param {SavedPrediction} b
 */
export function isSameVisit(a, b) {
  const key = (/** @type {SavedPrediction} */ { id, predicted, day, subject, eye }) => JSON.stringify([id, predicted, day, subject, eye]);
  return key(a) === key(b);
}

/**
 * By day, and those of one day by when they were saved.
 * @param {Pick<SavedPrediction, 'day' | 'saved'>} a
 * @param {Pick<SavedPrediction, 'day' | 'saved'>} b
 */
export function byVisit(a, b) {
  return a.day.localeCompare(b.day) || Date.parse(a.saved) - Date.parse(b.saved);
}

/**
 * What was measured on the model's own vessels, also of a corrected record.
 * @param {Pick<SavedPrediction, 'measurements' | 'correction'>} record
 */
export function modelValues({ measurements, correction }) {
  return /** @type {Values} */ (correction?.model_measurements ?? measurements);
}

/**
 * That corrections do not count here, or an empty text if there is none.
 * @param {Pick<SavedPrediction, 'correction'>[]} records
 */
export function correctionWords(records) {
  if (!records.some(({ correction }) => correction)) return '';
  return t('Corrections are left out of this comparison: its values and pictures are of the model’s vessels.');
}

/**
 * In words, or an empty text if one of the values is missing.
 * @param {SavedPrediction} before
 * @param {SavedPrediction} after
 * @param {MeasurementDescription} measurement
 */
export function differenceOf(before, after, measurement) {
  const key = (/** @type {SavedPrediction} */ { model, threshold, canvas, flips }) => [model.sha256, threshold, canvas, flips].join();
  const [first, second] = [before, after].map((record) => modelValues(record)[measurement.name] ?? null);
  if (first === null || second === null) return '';
  if (key(before) !== key(after)) return t('Another model or other settings: the values cannot be compared.');
  const change = t('Difference: {change}.', { change: changeOf(measurement, first, second) });
  return mayBeChance(measurement, first, second) ? `${change} ${BY_CHANCE}` : change;
}
