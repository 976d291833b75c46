// What went wrong, said where it happened. Enters: an action; leaves: its Refusal as a sentence in an element of role
// alert. Repairs nothing.

import { Refusal } from '../api/reach.js';

export function createTrouble(place) {
  let followed = null; // what was said last of an action that nobody asked for just now

  function say(sentence) {
    place.textContent = sentence;
    place.hidden = !sentence;
  }

  function tell(error) {
    if (!(error instanceof Refusal)) console.error(error);
    say(error instanceof Refusal ? error.message : 'Something went wrong on this page. Reload it, then try again.');
  }

  /** Runs what somebody asked for, with `button` disabled meanwhile, which then has the focus again unless something else
   *  has it; whether it went well. */
  async function attempt(action, button = null) {
    say('');
    if (button) button.disabled = true;
    try {
      await action();
      return true;
    } catch (error) {
      tell(error);
      return false;
    } finally {
      if (button) button.disabled = false;
      if (document.activeElement === document.body) button?.focus({ preventScroll: true });
    }
  }

  /** Runs what is done again and again: takes back no sentence but its own. The error, or null. */
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

  return { attempt, follow, say };
}
