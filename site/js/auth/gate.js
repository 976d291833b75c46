// The two sides of a page that needs an account. Enters: who is signed in; leaves: either the invitation to sign in, or
// the page's inside, opened once. Nothing of a person stays in the document once they have left.

import { whenPersonChanges } from './session.js';
import { signIn } from './sign-in.js';
import { createTrouble } from '../ui/trouble.js';

/** `open(person, inside)` fills the inside, which can still be searched once it is out of the document. */
export function gate(open) {
  const outside = document.querySelector('#signed-out');
  const inside = document.querySelector('#signed-in');
  const { attempt } = createTrouble(outside.querySelector('[role=alert]'));
  const button = outside.querySelector('button');
  let opened = false;
  button.addEventListener('click', () => attempt(signIn, button));

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
