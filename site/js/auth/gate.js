// The two sides of a page that needs an account. Enters: who is signed in; leaves: either the invitation to sign in, or
// the page's inside, opened once. Nothing of a person stays in the document once they have left.

import { whenPersonChanges } from './session.js';
import { signIn } from './sign-in.js';
import { the } from '../ui/element.js';
import { createTrouble } from '../ui/trouble.js';

/** @import { Person } from './session.js' */

/**
 * `open(person, inside)` fills the inside, which can still be searched once it is out of the document.
 * @param {(person: Person, inside: HTMLElement) => void} open
 */
export function gate(open) {
  const outside = the(document, '#signed-out');
  const inside = the(document, '#signed-in');
  const { onClick } = createTrouble(the(outside, '[role=alert]'));
  let opened = false;
  onClick(the(outside, 'button', HTMLButtonElement), signIn);

  whenPersonChanges((person) => {
    outside.hidden = Boolean(person);
    inside.hidden = !person;
    if (opened && person) location.reload(); // another person than whose inside this was
    else if (opened) inside.remove();
    else if (person) {
      opened = true;
      open(person, inside);
    }
  });
}
