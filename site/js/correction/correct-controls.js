// What the controls of the correction say: how much is vessel, what can be undone, and what went wrong.

import { Refusal } from '../api/reach.js';
import { finder } from '../ui/element.js';
import { decimal, t } from '../ui/language.js';
import { withUnit } from '../ui/with-unit.js';
import { createTrouble } from '../ui/trouble.js';

/** @import { Session } from './session.js' */

const QUIET_MS = 400;
const WAITING = t('Getting the field of view…');
const EARLY = t('Getting the field of view… You can paint once it is here.');
const NOT_READ = t('The vessels could not be read.');
const NOT_WRITTEN = t('The correction could not be stored yet. It is tried again with the next stroke.');

/** @param {{ page: ParentNode }} parts */
export function createCorrectControls({ page }) {
  const by = finder(page);
  const words = by('correct-words');
  const buttons = ['correct-undo', 'correct-redo', 'correct-discard', 'correct-measure'].map((id) => by(id, HTMLButtonElement));
  const again = by('correct-again', HTMLButtonElement);
  const { say } = createTrouble(by('correct-trouble'));
  const [stage, spoken] = [by('stage'), by('correct-spoken')];
  let pause = 0;

  /** @param {Session} session */
  function count(session) {
    const [now, before] = [session.density(), session.density(true)].map((share) => withUnit(decimal(100 * share, 2), '%'));
    words.textContent = now === before ? t('Vascular density {now}', { now }) : t('Vascular density {now}, model {before}', { now, before });
  }

  /**
   * What can be done now, and once the hand rests also aloud.
   * @param {Session} session
   */
  function tell(session) {
    busy(false);
    count(session);
    const canDiscard = session.canDiscard();
    const focused = document.activeElement;
    [session.canUndo(), session.canRedo(), canDiscard, canDiscard].forEach((can, i) => (buttons[i].disabled = !can));
    if (buttons.some((each) => each === focused && each.disabled)) stage.focus({ preventScroll: true }); // a disabled button loses the focus
    clearTimeout(pause);
    pause = window.setTimeout(() => (spoken.textContent = words.textContent), QUIET_MS);
  }

  /** @param {boolean} waiting */
  function busy(waiting) {
    stage.classList.toggle('waiting', waiting);
    words.classList.toggle('busy', waiting);
  }

  /** @param {boolean} expecting whether the field of view may still come */
  function wait(expecting) {
    if (expecting && words.textContent === EARLY) return;
    busy(expecting);
    words.textContent = expecting ? WAITING : '';
    spoken.textContent = '';
  }

  /** A stroke was made before there is anything to correct. Returns whether it may still come. */
  function early() {
    const waiting = stage.classList.contains('waiting');
    if (waiting) spoken.textContent = words.textContent = EARLY;
    return waiting;
  }

  /** @param {boolean} stored whether saving measures it */
  function show(stored) {
    by('correct-measure').hidden = stored;
    wait(true);
    again.hidden = true;
    say('');
    for (const each of buttons) each.disabled = true;
    by('correct').hidden = false;
  }

  /**
   * There is nothing to correct yet, and it can be tried again.
   * @param {unknown} error
   */
  function fail(error) {
    console.warn(error);
    say(error instanceof Refusal ? error.message : NOT_READ);
    wait(false);
    again.hidden = false;
  }

  function hide() {
    by('correct').hidden = true;
    wait(false);
    clearTimeout(pause);
  }

  return { count, tell, wait, early, show, fail, hide, say, unwritten: () => say(NOT_WRITTEN) };
}
