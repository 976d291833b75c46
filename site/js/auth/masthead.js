// The top of every page. Enters: who is signed in; leaves: “Sign in”, or who it is with “Sign out”, and the links of an
// account. Also takes people in who come back from signing in, for that may be on any visit to the root.

import { element } from '../ui/element.js';
import { whenPersonChanges } from './session.js';
import { finishSignIn, isReturning, signIn, signOut } from './sign-in.js';
import { createTrouble } from '../ui/trouble.js';

const who = document.querySelector('#who');
const links = document.querySelectorAll('.masthead [data-account]');
const { attempt } = createTrouble(document.querySelector('#told'));

whenPersonChanges((person) => {
  for (const link of links) link.hidden = !person;
  who.replaceChildren(...(person ? signedIn(person) : [button('Sign in', signIn)]));
});

if (isReturning()) {
  who.replaceChildren(element('span', { class: 'note' }, 'Signing you in…'));
  if (!(await attempt(finishSignIn))) who.replaceChildren(button('Sign in', signIn));
}

function signedIn({ mail }) {
  return [element('span', { class: 'who-mail', title: mail }, mail), button('Sign out', signOut)];
}

function button(words, action) {
  const made = element('button', { type: 'button' }, words);
  made.addEventListener('click', () => attempt(action, made));
  return made;
}
