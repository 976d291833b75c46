// What is done with one of several photographs by a button beside the one that is shown. While it is going on, the button waits for that
// photograph alone; what went wrong is said beside it, also if another one was shown when it happened.

import { element } from '../ui/element.js';
import { createTrouble } from '../ui/trouble.js';

/** @import { Photo } from '../files/photograph-list.js' */
/** @import { Action } from '../ui/trouble.js' */

/**
 * @param {HTMLElement} place beside the photograph that is shown
 * @param {HTMLButtonElement} button there
 */
export function createPhotoTrouble(place, button) {
  const { say } = createTrouble(place);
  /** @type {WeakMap<Photo, string>} */
  let sentences = new WeakMap();
  /** @type {WeakSet<Photo>} */
  const going = new WeakSet();
  /** @type {Photo | null} */
  let shown = null;

  /** @param {Photo} photo */
  function show(photo) {
    shown = photo;
    look();
  }

  function look() {
    say((shown && sentences.get(shown)) ?? '');
    button.disabled = Boolean(shown && going.has(shown));
  }

  return {
    show,
    /**
     * Like that of `createTrouble`, for what is done with the photograph. Of several photographs it may go on at the same time.
     * @param {Photo} photo
     * @param {Action} action
     */
    async attempt(photo, action) {
      const own = element('p');
      sentences.delete(photo);
      going.add(photo);
      look();
      const done = await createTrouble(own).attempt(action);
      going.delete(photo);
      if (!done) sentences.set(photo, own.textContent);
      look();
      if (photo === shown && document.activeElement === document.body) button.focus({ preventScroll: true }); // which it lost with being disabled
      return done;
    },
    /** As when somebody else signs in. */
    forget: () => (sentences = new WeakMap()),
  };
}
