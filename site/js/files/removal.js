// “12 photographs removed. Undo”: a removal can be taken back until the next one, or until the offer is dismissed.

import { finder } from '../ui/element.js';
import { focusOnPhotographs } from '../ui/focus.js';
import { plural, t } from '../ui/language.js';

/** @import { Photo } from './photograph-list.js' */

/**
 * `putBack` takes a removal back; `gone` is told that it is final.
 * @param {{ page: ParentNode, putBack: (photos: Photo[]) => void, gone: (photos: Photo[]) => void }} parts
 */
export function createRemoval({ page, putBack, gone }) {
  const by = finder(page);
  /** @type {Photo[]} */
  let removed = [];

  /** @param {Photo[]} photos */
  function offer(photos) {
    end();
    removed = photos;
    if (!photos.length) return;
    by('removed-words').textContent = photos.length === 1
      ? t('{name} removed.', { name: photos[0].name })
      : plural(photos.length, '{n} photograph removed.', '{n} photographs removed.');
    by('removed').hidden = false;
  }

  /** No way back any more. */
  function end() {
    const photos = removed;
    removed = [];
    by('removed').hidden = true;
    gone(photos);
  }

  by('undo').addEventListener('click', () => {
    const photos = removed;
    removed = [];
    by('removed').hidden = true;
    putBack(photos);
    focusOnPhotographs(page);
  });
  by('removed-dismiss').addEventListener('click', () => {
    end();
    focusOnPhotographs(page);
  });

  return { offer, end };
}
