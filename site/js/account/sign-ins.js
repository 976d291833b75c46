// The password form and the “Sign out everywhere” button on the account page. The form is cleared once the password
// has been changed.

import { ask } from '../api/requests.js';
import { confirmed } from '../ui/confirm.js';
import { changesPasswords } from '../auth/issuer.js';
import { enter } from '../auth/session.js';
import { signOut } from '../auth/sign-in.js';
import { finder } from '../ui/element.js';
import { createTrouble } from '../ui/trouble.js';
import { t } from '../ui/language.js';

/** @import { PasswordUpdate } from 'openapi' */
/** @import { Person } from '../auth/session.js' */

/** @param {{ page: ParentNode, person: Person }} parts */
export function createSignIns({ page, person }) {
  const by = finder(page);
  const form = by('password-form', HTMLFormElement);
  const mail = by('password-mail', HTMLInputElement);
  const [current, replacement] = [by('current-password', HTMLInputElement), by('new-password', HTMLInputElement)];
  const { onClick, onSubmit } = createTrouble(by('sign-ins-trouble'));

  /** Shows the form, or a note on where to change the password instead. */
  async function load() {
    const here = await changesPasswords();
    form.hidden = !here;
    by('password-elsewhere').hidden = here;
    mail.value = person.mail;
  }

  async function change() {
    by('sign-ins-status').textContent = '';
    /** @type {PasswordUpdate} */
    const json = { current: current.value, new: replacement.value };
    enter(await ask('/api/v1/account/password', { method: 'POST', json }));
    form.reset();
    mail.value = person.mail;
    current.focus();
    by('sign-ins-status').textContent = t('The password was changed. All other sign-ins have ended.');
  }

  async function everywhere() {
    const words = t('Every browser signed in to this account is signed out, this one included. API keys remain valid.');
    const question = { title: t('Sign out everywhere?'), words, yes: t('Sign out everywhere'), no: t('Stay signed in') };
    if (!(await confirmed(question))) return;
    await signOut(() => ask('/api/v1/account/sign-out', { method: 'POST' }));
  }

  onSubmit(form, change);
  onClick(by('sign-out-everywhere', HTMLButtonElement), everywhere);
  return { load };
}
