// Fills the masthead of every page: “Sign in”, or the user's email with “Sign out” and the account links. It also
// completes a sign-in, since the issuer may redirect back on any visit to the root page.

import '../ui/site-masthead.js';
import { element, finder } from '../ui/element.js';
import { whenPersonChanges } from './session.js';
import { finishSignIn, isReturning, signIn, signOut } from './sign-in.js';
import { createTrouble } from '../ui/trouble.js';
import { t } from '../ui/language.js';

/** @import { Person } from './session.js' */

const by = finder(document);
const who = by('who');
const { attempt, onClick } = createTrouble(by('sign-in-trouble'));

whenPersonChanges((person) => {
  for (const link of document.querySelectorAll('.masthead [data-account]')) link.toggleAttribute('hidden', !person);
  who.replaceChildren(...(person ? signedIn(person) : [button(t('Sign in'), signIn)]));
});

if (isReturning()) {
  who.replaceChildren(element('span', { class: 'note' }, t('Signing you in…')));
  if (!(await attempt(finishSignIn))) who.replaceChildren(button(t('Sign in'), signIn));
}

/** @param {Person} person */
function signedIn({ mail }) {
  return [element('span', { class: 'who-mail', title: mail }, mail), button(t('Sign out'), signOut)];
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
