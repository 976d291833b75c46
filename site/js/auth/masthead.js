// The top of every page, wired. Enters: who is signed in; leaves: “Sign in”, or who it is with “Sign out”, and the links of
// an account. Also takes people in who come back from signing in, for that may be on any visit to the root.

import '../ui/site-masthead.js';
import { element, finder } from '../ui/element.js';
import { whenPersonChanges } from './session.js';
import { finishSignIn, isReturning, signIn, signOut } from './sign-in.js';
import { createTrouble } from '../ui/trouble.js';

/** @import { Person } from './session.js' */

const by = finder(document);
const who = by('who');
const { attempt, onClick } = createTrouble(by('told'));

whenPersonChanges((person) => {
  for (const link of document.querySelectorAll('.masthead [data-account]')) link.toggleAttribute('hidden', !person);
  who.replaceChildren(...(person ? signedIn(person) : [button('Sign in', signIn)]));
});

if (isReturning()) {
  who.replaceChildren(element('span', { class: 'note' }, 'Signing you in…'));
  if (!(await attempt(finishSignIn))) who.replaceChildren(button('Sign in', signIn));
}

/** @param {Person} person */
function signedIn({ mail }) {
  return [element('span', { class: 'who-mail', title: mail }, mail), button('Sign out', signOut)];
}

/**
 * @param {string} words
 * @param {() => Promise<void>} action
 */
function button(words, action) {
  const made = element('button', { type: 'button' }, words);
  onClick(made, action);
  return made;
}
