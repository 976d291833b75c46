// What went wrong with one of several photographs: it is said beside that one, also if another one was shown when it happened.

import { createTrouble } from '../ui/trouble.js';

/** @import { Photo } from '../files/photograph-list.js' */
/** @import { Action } from '../ui/trouble.js' */

/** @param {HTMLElement} place beside the photograph that is shown */
export function createPhotoTrouble(place) {
  const { attempt, say } = createTrouble(place);
  /** @type {WeakMap<Photo, string>} */
  let sentences = new WeakMap();
  /** @type {Photo | null} */
  let shown = null;

  /** @param {Photo} photo */
  function show(photo) {
    shown = photo;
    say(sentences.get(photo) ?? '');
  }

  return {
    show,
    /**
     * Like that of `createTrouble`, for what is done with the photograph.
     * @param {Photo} photo
     * @param {Action} action
     * @param {HTMLButtonElement | null} button
     */
    async attempt(photo, action, button) {
      sentences.delete(photo);
      const done = await attempt(action, button);
      if (!done) sentences.set(photo, place.textContent);
      if (shown) show(shown);
      return done;
    },
    /** As when somebody else signs in. */
    forget: () => (sentences = new WeakMap()),
  };
}
