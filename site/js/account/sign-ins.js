// Password and sign-ins of an account. Enters: the page's form and button; leaves: a changed password, or everybody signed
// out. Keeps no password once it was sent.

import { ask } from '../api/requests.js';
import { confirmed } from '../ui/confirm.js';
import { changesPasswords } from '../auth/issuer.js';
import { enter } from '../auth/session.js';
import { signOut } from '../auth/sign-in.js';
import { createTrouble } from '../ui/trouble.js';

export function createSignIns({ page, person }) {
  const by = (id) => page.querySelector(`#${id}`);
  const [form, current, replacement] = [by('password-form'), by('current-password'), by('new-password')];
  const { attempt } = createTrouble(by('sign-ins-trouble'));

  /** Shows the form, or who changes passwords instead. */
  async function load() {
    const here = await changesPasswords();
    form.hidden = !here;
    by('password-elsewhere').hidden = here;
    by('password-mail').value = person.mail;
  }

  async function change() {
    by('sign-ins-told').textContent = '';
    const json = { current: current.value, new: replacement.value };
    enter(await ask('/api/v1/account/password', { method: 'POST', json }));
    form.reset();
    by('password-mail').value = person.mail;
    current.focus();
    by('sign-ins-told').textContent = 'The password was changed. All other sign-ins have ended.';
  }

  async function everywhere() {
    const words = 'Every browser signed in to this account is signed out, this one included. API keys remain valid.';
    const question = { title: 'Sign out everywhere?', words, yes: 'Sign out everywhere', no: 'Stay signed in' };
    if (!(await confirmed(question))) return;
    await ask('/api/v1/account/sign-out', { method: 'POST' });
    await signOut();
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    attempt(change, event.submitter);
  });
  by('sign-out-everywhere').addEventListener('click', (event) => attempt(everywhere, event.currentTarget));
  return { load };
}
