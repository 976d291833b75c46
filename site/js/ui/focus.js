// Where the focus goes when the button that had it is gone: otherwise it falls to the top of the page.

import { finder } from './element.js';

/**
 * Gives the focus to the list of photographs, or else to the control that adds some, unless something that is seen has it.
 * @param {ParentNode} page
 */
export function focusOnPhotographs(page) {
  const by = finder(page);
  const places = [by('list').querySelector('button:enabled'), by('files')];
  for (const place of places) {
    const { activeElement: now } = document;
    if (now && now !== document.body && now.checkVisibility()) return;
    if (place instanceof HTMLElement) place.focus({ preventScroll: true });
  }
}
