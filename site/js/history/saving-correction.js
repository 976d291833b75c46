// What is below the vessels of a record once they have been corrected: that the correction is not saved yet, buttons to save or to
// discard it, and what to do if it was changed elsewhere meanwhile. Loaded only then.

import { codeOf, Refusal } from '../api/reach.js';
import { ask } from '../api/requests.js';
import { isUnsaved } from '../correction/as-stored.js';
import { confirmed } from '../ui/confirm.js';
import { element } from '../ui/element.js';
import { t } from '../ui/language.js';
import { createTrouble } from '../ui/trouble.js';
import { changedWords, createPutCorrection } from './put-correction.js';
import { PREDICTIONS } from './saved-layers.js';

/** @import { SavedPrediction } from 'openapi' */
/** @import { Result } from '../files/segmentation.js' */
/** @import { Viewer } from '../viewer/viewer.js' */

/** @typedef {{ record: SavedPrediction, result: Result }} Open */

const KEPT = t('Your correction is still here, and not saved yet.');
const GONE = t('This photograph was deleted elsewhere meanwhile. You can still download the vessel mask.');
const NOT_WRITTEN = t('The latest strokes could not be stored. Make another one, then save again.');
const DRAWN = t('What you drew here is kept: save it over that, or load what is saved.');
const SAVING = t('The correction is being saved…');
const TREND = t('The trend of this eye stays that of the model’s vessels, so that its visits can be compared.');

/**
 * `opened()` is what is open; `saved(record, result)` and `loaded(record)` show the record as it is stored now, `discarded()` as it was;
 * `vanished(record)` is called if the record was deleted elsewhere.
 * @param {{
 *   place: HTMLElement, viewer: Pick<Viewer, 'hold' | 'isWritten'>, opened: () => Open | null,
 *   saved: (record: SavedPrediction, result: Result) => Promise<void>, loaded: (record: SavedPrediction) => Promise<void>, discarded: () => Promise<void>, vanished: (record: SavedPrediction) => void,
 * }} parts
 */
export function createSavingCorrection({ place, viewer, opened, saved, loaded, discarded, vanished }) {
  const words = element('p', { id: 'correction-words', role: 'status' });
  const alarm = element('p', { class: 'warning', id: 'correction-trouble', role: 'alert', hidden: '' });
  const buttons = {
    save: element('button', { type: 'button', class: 'primary', id: 'correction-save' }, t('Save the correction')),
    discard: element('button', { type: 'button', id: 'correction-discard' }, t('Discard the changes…')),
    over: element('button', { type: 'button', id: 'correction-over' }, t('Save mine over it')),
    load: element('button', { type: 'button', id: 'correction-load' }, t('Load what is saved…')),
  };
  place.replaceChildren(words, alarm, element('div', { class: 'actions' }, ...Object.values(buttons)), element('p', { class: 'note' }, TREND));
  const { attempt, say } = createTrouble(alarm);
  const put = createPutCorrection();
  /** @type {SavedPrediction | null} what was saved elsewhere meanwhile */
  let newer = null;
  /** @type {string | null} the record whose correction has just been saved */
  let latest = null;

  /** @type {string | null} the record that turned out to be deleted */
  let gone = null;

  /** Shows what can be done with what is open. */
  function look() {
    const open = opened();
    const [id, unsaved] = open ? [open.record.id, isUnsaved(open.result)] : [null, false];
    if (newer?.id !== id) newer = null;
    if (unsaved || latest !== id) latest = null;
    place.hidden = !unsaved && !latest;
    words.textContent = unsaved ? t('The correction is not saved yet.') : t('The correction is saved.');
    offer(unsaved && gone !== id);
    if (newer) say(conflictWords(newer));
    else if (!unsaved) say('');
  }

  /** @param {boolean} can whether there is something to save, and something to save it to */
  function offer(can) {
    const offered = !can ? [] : newer ? ['over', 'load'] : ['save', 'discard'];
    for (const [name, button] of Object.entries(buttons)) button.hidden = !offered.includes(name);
  }

  /** @param {(open: Open) => Promise<void>} action */
  const ofOpened = (action) => async () => {
    const open = opened();
    if (!open) return;
    try {
      await action(open);
    } catch (error) {
      if (open.record.id !== opened()?.record.id) return; // another record was opened in the meantime
      if (codeOf(error) === 'not_found') vanish(open.record);
      throw error instanceof Refusal ? explained(error) : error;
    }
  };

  /**
   * @param {Open} open
   * @param {SavedPrediction} [over] what it is saved over
   */
  async function save({ record, result }, over = record) {
    words.textContent = SAVING;
    try {
      await viewer.hold(SAVING); // so that what is sent is what is here afterwards
      if (!viewer.isWritten(result)) throw new Refusal('not_written', NOT_WRITTEN);
      const now = await put(over, result);
      newer = null;
      latest = record.id;
      await saved(now, result);
    } catch (error) {
      if (codeOf(error) !== 'correction_changed') throw error;
      /** @type {SavedPrediction} */
      const other = await ask(`${PREDICTIONS}/${record.id}`);
      newer = other;
      throw new Refusal('correction_changed', conflictWords(other));
    } finally {
      await viewer.hold(null);
      look();
    }
  }

  /** @param {SavedPrediction} record */
  function vanish(record) {
    gone = record.id;
    vanished(record);
    look();
  }

  async function load() {
    const question = { title: t('Load what is saved?'), words: t('Your correction here is lost then.'), yes: t('Load it'), no: t('Keep mine') };
    const wanted = newer;
    if (wanted && (await confirmed(question))) {
      await loaded(wanted);
      newer = null;
    }
    look();
  }

  async function discard() {
    const question = { title: t('Discard the changes?'), words: t('What you have changed since the last saving is lost then.'), yes: t('Discard them'), no: t('Keep them') };
    if (await confirmed(question)) await discarded();
  }

  const actions = { save: (/** @type {Open} */ open) => save(open), over: (/** @type {Open} */ open) => save(open, newer ?? open.record), load, discard };
  for (const [name, button] of Object.entries(buttons)) {
    const action = ofOpened(actions[/** @type {keyof typeof actions} */ (name)]);
    button.addEventListener('click', () => void attempt(action, button).then(() => document.activeElement === document.body && focus()));
  }

  /** The button that had the focus may be gone. */
  function focus() {
    const [next] = Object.values(buttons).filter((button) => !button.hidden && !place.hidden);
    next?.focus({ preventScroll: true });
  }

  return { look };
}

/** @param {SavedPrediction} newer */
const conflictWords = (newer) => `${changedWords(newer)} ${DRAWN}`;

/**
 * What went wrong, and that nothing is lost.
 * @param {Refusal} refused
 */
function explained({ code, message, retryAfter }) {
  if (code === 'correction_changed') return new Refusal(code, message);
  return new Refusal(code, [code === 'not_found' ? GONE : message, KEPT].join(' '), retryAfter);
}
