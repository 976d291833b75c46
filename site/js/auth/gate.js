// Switches a page that needs an account between the invitation to sign in and its content. When the user signs out, in
// whichever tab, the content is removed from the document and every dialog is closed, so nothing personal stays in it.

import { whenPersonChanges } from './session.js';
import { signIn } from './sign-in.js';
import { the } from '../ui/element.js';
import { createTrouble } from '../ui/trouble.js';

/** @import { Person } from './session.js' */

/**
 * `open(person, inside)` is called once to fill `inside`, which can still be queried after its removal. What it returns is called then.
 * @param {(person: Person, inside: HTMLElement) => (() => void) | void} open
 */
export function gate(open) {
  const outside = the(document, '#signed-out');
  const inside = the(document, '#signed-in');
  const { onClick } = createTrouble(the(outside, '[role=alert]'));
  let opened = false;
  /** @type {(() => void) | void} */
  let close;
  onClick(the(outside, 'button', HTMLButtonElement), signIn);

  whenPersonChanges((person) => {
    outside.hidden = Boolean(person);
    inside.hidden = !person;
    if (opened && person) location.reload(); // the content belongs to a different person
    else if (opened) {
      inside.remove();
      for (const dialog of document.querySelectorAll('dialog')) dialog.close(); // they may name a photograph
      close?.();
    } else if (person) {
      opened = true;
      close = open(person, inside);
    }
  });
}

/**
 * Returns a function that has a screen reader say something of the page's content. What is said after its removal nobody can read.
 * @param {HTMLElement} inside
 */
export function announcer(inside) {
  const place = the(inside, '#announcement');
  return (/** @type {string} */ words) => void (place.textContent = words);
}
