// The correction of the open record: saved beside the viewer, exchanged for what is stored by now, and deleted.

import { codeOf, Refusal } from '../api/reach.js';
import { ask } from '../api/requests.js';
import { noteUnsaved } from '../auth/unsaved.js';
import { isUnsaved } from '../correction/as-stored.js';
import { BACKUPS, confirmed } from '../ui/confirm.js';
import { finder } from '../ui/element.js';
import { t } from '../ui/language.js';
import { receiptOf } from '../ui/receipt.js';
import { preconditionOf } from './put-correction.js';
import { PREDICTIONS } from './saved-layers.js';
import { createSavingWhenNeeded } from './saving-when-needed.js';

/** @import { DeletionReceipt, SavedPrediction } from 'openapi' */
/** @import { Result } from '../files/segmentation.js' */
/** @import { Viewer } from '../viewer/viewer.js' */
/** @import { Blobs } from './stored-result.js' */

/** @typedef {{ record: SavedPrediction, result: Result, blobs: Blobs, signal: AbortSignal }} Open `blobs` as they are stored */

const CHANGED_ELSEWHERE = t('The correction was changed elsewhere meanwhile, so it was not deleted. The newer one is shown now.');

/**
 * `opened()` is what is open; `show(record, signal, known)` shows a record with pictures that are here already; `changed(record)` is called
 * once the service has changed it, `vanished(record)` if it was deleted elsewhere.
 * @param {{
 *   page: ParentNode, viewer: Viewer, opened: () => Open | null, announce: (words: string) => void, changed: (record: SavedPrediction) => void, vanished: (record: SavedPrediction) => void,
 *   show: (record: SavedPrediction, signal: AbortSignal, known: Blobs) => Promise<void>,
 * }} parts
 */
export function createRecordCorrection({ page, viewer, opened, show, announce, changed, vanished }) {
  const by = finder(page);
  const saving = createSavingWhenNeeded({ page, viewer, opened, saved, loaded: exchange, discarded, vanished });

  for (const when of [viewer.whenCorrected, viewer.whenTouched]) when(() => noteUnsaved(isUncertain()));

  /** Shows what can be done, and tells other tabs. */
  function look() {
    saving.look();
    noteUnsaved(isUncertain());
  }

  /** Whether strokes would be lost. */
  function isUncertain() {
    const result = opened()?.result;
    return Boolean(result && (isUnsaved(result) || !viewer.isWritten(result)));
  }

  /** Asks if strokes would be lost, and resolves to whether they may be. */
  async function mayLeave() {
    const words = t('The correction of this photograph is not saved.');
    return !isUncertain() || confirmed({ title: t('Go on without saving?'), words, yes: t('Go on without saving'), no: t('Stay here') });
  }

  /**
   * @param {SavedPrediction} now
   * @param {Result} sent
   */
  async function saved(now, { pictures }) {
    const { mask, corrected_arteries: arteries, corrected_veins: veins } = pictures ?? {};
    announce(t('The correction is saved.'));
    await exchange(now, { ...(mask && { 'corrected-mask': mask }), ...(arteries && veins && { 'corrected-arteries': arteries, 'corrected-veins': veins }) });
    if (document.activeElement === document.body) by('result-title').focus({ preventScroll: true }); // the button is gone
  }

  /**
   * Shows the record as it is stored now, if it is still open.
   * @param {SavedPrediction} now
   * @param {Blobs} [drawn] a person's masks that are here already
   */
  async function exchange(now, drawn = {}) {
    changed(now);
    const open = opened();
    if (open?.record.id !== now.id) return;
    const { record, blobs: { photograph, mask }, signal } = open;
    await show(now, signal, { photograph, ...(now.predicted === record.predicted && { mask }), ...drawn });
  }

  async function discarded() {
    const open = opened();
    if (open) await show(open.record, open.signal, open.blobs);
  }

  /**
   * Asks first. Resolves to what was deleted, in words, or an empty text.
   * @param {SavedPrediction} record
   */
  async function remove({ id, correction }) {
    const words = [
      t('The corrected vessels, what was measured on them, and exports that have them will be deleted for good. What the model found stays.'),
      BACKUPS,
    ].join(' ');
    if (!(await mayLeave()) || !(await confirmed({ title: t('Delete this correction?'), words, yes: t('Delete it') }))) return '';
    /** @type {DeletionReceipt | null} */
    const receipt = await /** @type {Promise<DeletionReceipt>} */ (ask(`${PREDICTIONS}/${id}/correction`, { method: 'DELETE', headers: preconditionOf(correction) })).catch(unlessChanged);
    /** @type {SavedPrediction} */
    const now = await ask(`${PREDICTIONS}/${id}`);
    await exchange(now);
    if (!receipt) throw new Refusal('correction_changed', CHANGED_ELSEWHERE);
    return `${t('The correction was deleted.')} ${receiptOf(receipt)}`;
  }

  return { look, isUncertain, mayLeave, remove };
}

/**
 * @param {unknown} error
 * @returns {null}
 */
function unlessChanged(error) {
  if (codeOf(error) !== 'correction_changed') throw error;
  return null;
}
