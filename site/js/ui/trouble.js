// Runs actions and reports what went wrong next to where it happened, as a sentence in an element with role alert.

import { Refusal } from '../api/reach.js';
import { t } from './language.js';

/**
 * @typedef {() => unknown} Action something the user asked for; may be async and may throw
 * @typedef {(action: Action, button?: HTMLButtonElement | null) => Promise<boolean>} Attempt
 */

/** @param {HTMLElement} place */
export function createTrouble(place) {
  /** @type {string | null} */
  let followed = null; // the last message from `follow`

  /** @param {string} sentence */
  function say(sentence) {
    place.textContent = sentence;
    place.hidden = !sentence;
  }

  /** @param {unknown} error */
  function tell(error) {
    if (!(error instanceof Refusal)) console.error(error);
    say(error instanceof Refusal ? error.message : t('Something went wrong on this page. Reload it, then try again.'));
  }

  /**
   * Runs what the user asked for and resolves to whether it succeeded. `button` is disabled until then and gets the
   * focus back, unless something else has it.
   * @type {Attempt}
   */
  async function attempt(action, button = null) {
    say('');
    setDisabled(button, true);
    try {
      await action();
      return true;
    } catch (error) {
      tell(error);
      return false;
    } finally {
      setDisabled(button, false);
      if (document.activeElement === document.body) button?.focus({ preventScroll: true });
    }
  }

  /**
   * Attempts the action on every click.
   * @param {HTMLButtonElement} button
   * @param {Action} action
   */
  function onClick(button, action) {
    button.addEventListener('click', () => void attempt(action, button));
  }

  /**
   * Attempts the action on every submit, in place of the browser's own submission.
   * @param {HTMLFormElement} form
   * @param {Action} action
   */
  function onSubmit(form, action) {
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void attempt(action, submitterOf(event));
    });
  }

  /**
   * Runs an action that repeats in the background. It clears no message but its own. Resolves to the error, or null.
   * @param {Action} action
   */
  async function follow(action) {
    try {
      await action();
      if (followed && place.textContent === followed) say('');
      return null;
    } catch (error) {
      tell(error);
      followed = place.textContent;
      return error;
    }
  }

  return { attempt, follow, onClick, onSubmit, say };
}

/**
 * The button that submitted a form, or null.
 * @param {SubmitEvent} event
 */
export function submitterOf({ submitter }) {
  return submitter instanceof HTMLButtonElement ? submitter : null;
}

/**
 * @param {HTMLButtonElement | null} button
 * @param {boolean} disabled
 */
function setDisabled(button, disabled) {
  if (button) button.disabled = disabled;
}
