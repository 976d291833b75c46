// Compares two visits of the same eye: a menu of the other visits, both photographs as pair-view.js shows them, and by how
// much the values differ. Where there is only one other visit it is chosen already, and fetched once this part is seen. Vessels and values
// are the model's, as in the trend, whatever was corrected.

import { ask, askBlob } from '../api/requests.js';
import { dayOf } from '../ui/dates.js';
import { element, finder } from '../ui/element.js';
import { labelled, valueOf } from '../ui/measurements.js';
import { showPair } from './pair-view.js';
import { PREDICTIONS } from './saved-layers.js';
import { byVisit, correctionWords, differenceOf, isSameVisit, modelValues } from './two-visits.js';
import { Vanished, vanishedIfMissing } from './vanished.js';
import { t } from '../ui/language.js';

/** @import { MeasurementDescription, SavedPrediction } from 'openapi' */
/** @import { Action, Attempt } from '../ui/trouble.js' */
/** @import { Point } from './chart.js' */

/** @typedef {ReturnType<typeof createCompare>} Compare */

const CHOOSE = t('Choose the other visit to see both side by side.');

/**
 * `vanished(id)` is called if one of the two was deleted elsewhere meanwhile. `follow` runs what nobody has asked for, and says what went wrong.
 * @param {{ page: ParentNode, attempt: Attempt, follow: (action: Action) => Promise<unknown>, announce: (words: string) => void, vanished: (id: string) => Promise<void> }} parts
 */
export function createCompare({ page, attempt, follow, announce, vanished }) {
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
  /** Has the pair's captions say what is measured now. */
  let recaption = () => {};
  /** The record for which somebody has chosen to compare nothing. */
  let declined = '';
  const seen = new IntersectionObserver((changes) => {
    if (!changes.some(({ isIntersecting }) => isIntersecting)) return;
    seen.disconnect();
    void follow(showChosen);
  });
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
    const others = points.filter(({ id }) => id !== record.id);
    const stays = isComparing(record) && others.some(({ id }) => id === choice.value);
    const only = others.length === 1 && record.id !== declined ? others[0].id : '';
    const chosen = stays ? choice.value : only;
    if (!stays) clear();
    [opened, measured] = [record, measurement];
    look(others.length > 0);
    choice.replaceChildren(
      element('option', { value: '' }, t('none')),
      ...others.map(({ id, on, value }) => element('option', { value: id }, `${dayOf(on)}, ${valueOf(measurement, value)}`)),
    );
    choice.value = chosen;
    if (!stays) {
      if (chosen) seen.observe(by('compare'));
      else by('pair-change').textContent = CHOOSE;
      return;
    }
    compared = compared.map((each) => (each.id === record.id ? record : each));
    tell(measurement); // the correction may have changed, which no picture and no value here is of
    recaption();
  }

  function clear() {
    seen.disconnect();
    stop.abort();
    stop = new AbortController();
    by('pair').hidden = true;
    by('pair').replaceChildren();
    by('pair-change').textContent = '';
    compared = [];
    recaption = () => {};
    for (const url of urls) URL.revokeObjectURL(url);
    urls = [];
  }

  /**
   * Whether the record is the one beside which the other visit was chosen. From the other visit the same pair needs another menu.
   * @param {SavedPrediction} record
   */
  const isComparing = (record) => compared.length > 0 && opened !== null && isSameVisit(opened, record);

  /**
   * Nothing is offered until the visits of the record are known, or if there is none.
   * @param {SavedPrediction | null} [record]
   */
  function close(record = null) {
    look(false);
    if (!record || !isComparing(record)) clear();
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
    by('pair-change').textContent = id ? t('Loading…') : CHOOSE;
    if (!id || !here || !measurement) return;
    /** @type {Promise<SavedPrediction>} */
    const asked = ask(`${PREDICTIONS}/${id}`, { signal });
    const other = await asked.catch(vanishedIfMissing(id));
    const records = [here, other].sort(byVisit);
    const pictures = records.flatMap(({ id: visit, image_urls: { photograph, mask } }) => [photograph, mask].map((url) => askBlob(url, signal).catch(vanishedIfMissing(visit))));
    const blobs = await Promise.all(pictures);
    signal.throwIfAborted();
    urls = blobs.map((blob) => URL.createObjectURL(blob));
    compared = records;
    tell(measurement);
    const visits = records.map((record, i) => ({
      record,
      caption: () => t('{name}: {words}', { name: dayOf(record.day), words: labelled(measured ?? measurement, modelValues(record)) }),
      photograph: urls[2 * i],
      mask: urls[2 * i + 1],
    }));
    recaption = await showPair(by('pair'), visits, { signal, announce });
  }

  /** Shows the chosen visit beside the open one. */
  async function showChosen() {
    const asked = show(choice.value);
    const { signal } = stop;
    try {
      await asked;
    } catch (error) {
      if (signal.aborted) return;
      clear();
      choice.value = '';
      by('pair-change').textContent = CHOOSE;
      if (!(error instanceof Vanished)) throw error;
      await vanished(error.id);
      throw error;
    }
  }

  choice.addEventListener('change', () => {
    declined = choice.value ? '' : (opened?.id ?? '');
    void attempt(showChosen).then(() => {
      // it was hidden meanwhile if the visit turned out to be deleted
      if (document.activeElement === document.body && choice.checkVisibility()) choice.focus({ preventScroll: true });
    });
  });
  open.addEventListener('click', () => {
    by('compare').scrollIntoView({ block: 'start' });
    choice.focus({ preventScroll: true });
  });
  return { offer, close };
}
