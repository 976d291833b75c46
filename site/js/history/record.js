// One open record of the history: its pictures, facts and trend, a form for its details, and buttons to recompute it
// or to delete it for good.

import { codeOf } from '../api/reach.js';
import { ask } from '../api/requests.js';
import { BACKUPS, confirmed } from '../ui/confirm.js';
import { utcTimeOf } from '../ui/dates.js';
import { finder } from '../ui/element.js';
import { detailsOf, fill } from './details.js';
import { createRecordCorrection } from './record-correction.js';
import { headingOf } from './record-names.js';
import { PREDICTIONS, savedLayers } from './saved-layers.js';
import { blobsOf, resultOf } from './stored-result.js';
import { nullIfMissing, Vanished, VANISHED } from './vanished.js';
import { receiptOf } from '../ui/receipt.js';
import { release } from '../files/segmentation.js';
import { createTrouble } from '../ui/trouble.js';
import { t } from '../ui/language.js';

/** @import { DeletionReceipt, SavedPrediction } from 'openapi' */
/** @import { Result } from '../files/segmentation.js' */
/** @import { Viewer } from '../viewer/viewer.js' */
/** @import { Blobs } from './stored-result.js' */
/** @import { Trend } from './trend.js' */

/**
 * `changed(record)` and `deleted(record)` are called once the service has changed or deleted the record, `vanished(id)` if it is not there any more,
 * which `vanish(id)` is then told, whoever has noticed it.
 * @param {{
 *   page: ParentNode, viewer: Viewer, result: { show: (result: Result) => void }, trend: Trend,
 *   announce: (words: string) => void, changed: (record: SavedPrediction) => void, deleted: (record: SavedPrediction) => void, vanished: (id: string) => Promise<void>,
 * }} parts
 */
export function createRecord({ page, viewer, result, trend, announce, changed, deleted, vanished }) {
  const by = finder(page);
  const form = by('details', HTMLFormElement);
  const { onClick, onSubmit, say } = createTrouble(by('details-trouble'));
  /** @type {SavedPrediction | null} */
  let record = null;
  /** @type {Result | null} */
  let pictures = null;
  /** @type {Blobs} of the record, as they are stored */
  let blobs = {};
  let stop = new AbortController();
  const correction = createRecordCorrection({ page, viewer, show, announce, changed, vanished: ({ id }) => void vanished(id), opened: () => record && pictures && { record, result: pictures, blobs, signal: stop.signal } });

  /** @param {string} id */
  async function open(id) {
    close();
    by('list-status').textContent = '';
    by('placeholder').textContent = t('Loading…');
    const { signal } = stop;
    try {
      await show(await ask(`${PREDICTIONS}/${id}`, { signal }), signal);
    } catch (error) {
      if (signal.aborted) return;
      const gone = codeOf(error) === 'not_found';
      by('placeholder').textContent = gone ? t('There is no such photograph in your history. It may have been deleted elsewhere.') : t('This photograph could not be opened.');
      if (!gone) throw error;
      await vanished(id);
      announce(by('placeholder').textContent);
    }
  }

  /**
   * @param {SavedPrediction} opened
   * @param {AbortSignal} signal
   * @param {Blobs} [known] its pictures that are here already
   */
  async function show(opened, signal, known = {}) {
    const found = await blobsOf(opened, signal, known);
    const before = pictures;
    if (before) release(before);
    [record, blobs] = [opened, found];
    pictures = resultOf(opened, found, (marks, { signal: asked }) => savedLayers({ opened, marks, signal: asked, into: () => pictures }));
    if (before?.pictures?.mask === pictures.pictures?.mask) pictures.changes = before?.changes; // it was saved, and can still be undone
    by('placeholder').hidden = true;
    by('result').hidden = false;
    offer(true);
    result.show(pictures);
    correction.look();
    fill(form, opened);
    by('computed').textContent = t('Saved {saved}. Computed {computed} by version {version}.', {
      saved: utcTimeOf(opened.saved),
      computed: utcTimeOf(opened.predicted),
      version: opened.software_version ?? '?',
    });
    void trend.show(opened, signal); // nothing else waits for it
  }

  function close() {
    stop.abort();
    stop = new AbortController();
    if (pictures) release(pictures);
    viewer.hide();
    [record, pictures] = [null, null];
    trend.hide();
    correction.look();
    say('');
    by('result').hidden = true;
    by('placeholder').hidden = false;
    by('placeholder').textContent = t('Choose a photograph from the list. To compare two visits of an eye, open one and choose the other below it.');
  }

  /** @param {boolean} can whether the service still has the record, which every button needs */
  function offer(can) {
    for (const button of form.querySelectorAll('button')) button.hidden = !can;
    by('delete-correction').hidden = !can || !record?.correction;
  }

  /**
   * A record was deleted elsewhere. What is seen of the open one stays, with a correction that is not saved; nothing can be done with it.
   * @param {string} id
   */
  async function vanish(id) {
    if (!record) return;
    if (id !== record.id) return await trend.show(record, stop.signal);
    trend.hide();
    offer(false);
    if (document.activeElement === document.body) by('result-title').focus({ preventScroll: true });
  }

  /** @param {SavedPrediction} opened */
  async function change({ id }) {
    const { signal } = stop;
    /** @type {SavedPrediction} */
    const relabelled = await ask(`${PREDICTIONS}/${id}`, { method: 'PATCH', json: detailsOf(form) });
    changed(relabelled);
    announce(t('The changes were saved.'));
    if (signal.aborted) return; // another record was opened in the meantime
    record = relabelled;
    by('result-title').textContent = headingOf(record);
    by('details-status').textContent = t('Saved.');
    await trend.show(record, signal);
  }

  /** @param {SavedPrediction} opened */
  async function recompute({ id }) {
    if (!(await correction.mayLeave())) return;
    by('details-status').textContent = t('Computing…');
    const { signal } = stop;
    /** @type {SavedPrediction} */
    const computed = await ask(`${PREDICTIONS}/${id}/recompute${viewer.marks().length ? '?structures=true' : ''}`, { method: 'POST', signal });
    await show(computed, signal);
    changed(computed);
    by('details-status').textContent = t('Computed again by model {model}.', { model: `${computed.model.name} ${computed.model.sha256.slice(0, 8)}` });
    announce(by('details-status').textContent);
  }

  /** @param {SavedPrediction} gone */
  async function remove(gone) {
    const words = `${t('{photograph}: the photograph and everything found in it will be deleted for good.', { photograph: headingOf(gone) })} ${BACKUPS}`;
    if (!(await confirmed({ title: t('Delete this photograph?'), words, yes: t('Delete it') }))) return;
    /** @type {DeletionReceipt | null} */
    const receipt = await /** @type {Promise<DeletionReceipt>} */ (ask(`${PREDICTIONS}/${gone.id}`, { method: 'DELETE' })).catch(nullIfMissing);
    close();
    by('list-status').textContent = receipt ? `${t('The photograph was deleted.')} ${receiptOf(receipt)}` : VANISHED;
    deleted(gone);
  }

  /** @param {SavedPrediction} opened */
  async function removeCorrection(opened) {
    const { signal } = stop;
    const words = await correction.remove(opened);
    if (!words || signal.aborted) return;
    by('details-status').textContent = words;
    announce(words);
    if (document.activeElement === document.body) by('recompute').focus({ preventScroll: true }); // its button is gone
  }

  /** @param {(opened: SavedPrediction) => Promise<void>} action */
  const unlessStopped = (action) => async () => {
    if (!record) return;
    if (by('delete').hidden) throw new Vanished(record.id, VANISHED); // Enter in a field
    const { signal } = stop;
    by('details-status').textContent = '';
    try {
      await action(record);
    } catch (error) {
      by('details-status').textContent = '';
      if (signal.aborted) return;
      if (!record || codeOf(error) !== 'not_found') throw error;
      await vanished(record.id);
      throw new Vanished(record.id, VANISHED);
    }
  };

  onSubmit(form, unlessStopped(change));
  onClick(by('recompute', HTMLButtonElement), unlessStopped(recompute));
  onClick(by('delete-correction', HTMLButtonElement), unlessStopped(removeCorrection));
  onClick(by('delete', HTMLButtonElement), () => record && remove(record));
  const { mayLeave, isUncertain } = correction;
  return { open, close, vanish, mayLeave, isUncertain, opened: () => record?.id ?? '' };
}
