// What the controls of the correction say: how much is vessel, and what can be undone.

import { finder } from '../ui/element.js';

/** @import { Session } from './session.js' */

const QUIET_MS = 400;

/** @param {{ page: ParentNode }} parts */
export function createCorrectControls({ page }) {
  const by = finder(page);
  const words = by('correct-words');
  const buttons = ['correct-undo', 'correct-redo', 'correct-discard', 'correct-measure'].map((id) => by(id, HTMLButtonElement));
  let pause = 0;

  /** @param {Session} session */
  function count(session) {
    const [now, before] = [session.density(), session.density(true)].map((share) => `${(100 * share).toFixed(2)} %`);
    words.textContent = now === before ? `Vascular density ${now}` : `Vascular density ${now}, model ${before}`;
  }

  /**
   * What can be done now, and once the hand rests also aloud.
   * @param {Session} session
   */
  function tell(session) {
    count(session);
    const isCorrected = session.isCorrected() || session.hasKinds();
    [session.canUndo(), session.canRedo(), isCorrected, isCorrected].forEach((can, i) => (buttons[i].disabled = !can));
    clearTimeout(pause);
    pause = window.setTimeout(() => (by('correct-spoken').textContent = words.textContent), QUIET_MS);
  }

  function show() {
    words.textContent = 'Getting the field of view…';
    for (const each of buttons) each.disabled = true;
    by('correct').hidden = false;
  }

  function hide() {
    by('correct').hidden = true;
    clearTimeout(pause);
  }

  return { count, tell, show, hide };
}
