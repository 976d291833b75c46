// What went wrong, said where it happened. Enters: an action; leaves: its Refusal as a sentence in an element of role
// alert. Repairs nothing.

import { Refusal } from '../api/reach.js';

/**
 * @typedef {() => unknown} Action what somebody asked for; it may be async, and it may throw
 * @typedef {(action: Action, button?: HTMLButtonElement | null) => Promise<boolean>} Attempt
 */

/** @param {HTMLElement} place */
export function createTrouble(place) {
  /** @type {string | null} */
  let followed = null; // what was said last of an action that nobody asked for just now

  /** @param {string} sentence */
  function say(sentence) {
    place.textContent = sentence;
    place.hidden = !sentence;
  }

  /** @param {unknown} error */
  function tell(error) {
    if (!(error instanceof Refusal)) console.error(error);
    say(error instanceof Refusal ? error.message : 'Something went wrong on this page. Reload it, then try again.');
  }

  /**
   * Runs what somebody asked for, with `button` disabled meanwhile, which then has the focus again unless something else
   * has it; whether it went well.
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
   * Attempts the action at each click.
   * @param {HTMLButtonElement} button
   * @param {Action} action
   */
  function onClick(button, action) {
    button.addEventListener('click', () => void attempt(action, button));
  }

  /**
   * Attempts the action each time the form is sent, which the browser then does not send itself.
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
   * Runs what is done again and again: takes back no sentence but its own. The error, or null.
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
 * The button that sent a form.
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
