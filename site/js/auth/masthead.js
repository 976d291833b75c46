// Fills the masthead of every page: “Sign in”, or the user's email with “Sign out” and the account links. It also
// completes a sign-in, since the issuer may redirect back on any visit to the root page.

import '../ui/site-masthead.js';
import { element, finder } from '../ui/element.js';
import { whenPersonChanges } from './session.js';
import { createTrouble } from '../ui/trouble.js';
import { loadAllTexts, t } from '../ui/language.js';

/** @import { Person } from './session.js' */

/** What most visits do without. */
async function signing() {
  await loadAllTexts();
  return import('./sign-in.js');
}

const by = finder(document);
const who = by('who');
const { attempt, onClick } = createTrouble(by('sign-in-trouble'));

whenPersonChanges((person) => {
  for (const link of document.querySelectorAll('.masthead [data-account]')) link.toggleAttribute('hidden', !person);
  who.replaceChildren(...(person ? signedIn(person) : [signInButton()]));
});

if (isReturning()) {
  who.replaceChildren(element('span', { class: 'note' }, t('Signing you in…')));
  if (!(await attempt(async () => (await signing()).finishSignIn()))) who.replaceChildren(signInButton());
}

/** @param {Person} person */
function signedIn({ mail }) {
  return [element('span', { class: 'who-mail', title: mail }, mail), button(t('Sign out'), async () => (await signing()).signOut())];
}

/** Whether the issuer has just redirected the user here. */
function isReturning() {
  const query = new URLSearchParams(location.search);
  return location.pathname === '/' && (query.has('code') || query.has('error'));
}

function signInButton() {
  return button(t('Sign in'), async () => (await signing()).signIn());
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
