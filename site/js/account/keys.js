// API keys. Enters: the page's form and list; leaves: keys made, told once, and revoked. Keeps no key's text once the
// page is left.

import { ask } from '../api/requests.js';
import { confirmed } from '../ui/confirm.js';
import { dayOf, timeOf } from '../ui/dates.js';
import { element } from '../ui/element.js';
import { Refusal } from '../api/reach.js';
import { createTrouble } from '../ui/trouble.js';

const ADDRESS = '/api/v1/keys';

export function createKeys({ page, announce }) {
  const by = (id) => page.querySelector(`#${id}`);
  const [form, name, expires] = [by('new-key'), by('key-name'), by('key-expires')];
  const { attempt } = createTrouble(by('keys-trouble'));

  /** Fills the list; the keys' names by id. */
  async function load() {
    const { keys } = await ask(ADDRESS);
    by('no-keys').hidden = keys.length > 0;
    by('keys').replaceChildren(...keys.map(row));
    return new Map(keys.map((key) => [key.id, key.name]));
  }

  function row(key) {
    const button = element('button', { type: 'button', 'aria-label': `Revoke ${key.name}` }, 'Revoke');
    button.addEventListener('click', () => attempt(() => revoke(key), button));
    const notes = [`rk_${key.id}_…, made ${timeOf(key.created)}`, `May ${listOf(key.scopes)}`, lifeOf(key)];
    const words = notes.map((note) => element('span', { class: 'note' }, note));
    return element('li', {}, element('div', {}, element('strong', {}, key.name), ...words), button);
  }

  async function make() {
    by('keys-told').textContent = '';
    const scopes = new FormData(form).getAll('scopes');
    if (scopes.length === 0) {
      form.querySelector('[name=scopes]').focus();
      throw new Refusal('no_scope', 'Choose at least one thing the key may be used for.');
    }
    const json = { name: name.value.trim(), scopes, expires: expires.value || null };
    const made = await ask(ADDRESS, { method: 'POST', json });
    form.reset();
    by('secret-key').value = made.key;
    by('secret').hidden = false;
    by('secret-key').focus();
    by('secret-key').select();
    await load();
  }

  async function revoke(key) {
    by('keys-told').textContent = '';
    const words = `Programs that use “${key.name}” are refused from now on.`;
    if (!(await confirmed({ title: 'Revoke this key?', words, yes: 'Revoke it' }))) return;
    await ask(`${ADDRESS}/${key.id}`, { method: 'DELETE' });
    if (by('secret-key').value.startsWith(`rk_${key.id}_`)) {
      by('secret-key').value = '';
      by('secret').hidden = true;
    }
    await load();
    name.focus();
    by('keys-told').textContent = `${key.name}: revoked.`;
  }

  async function copy() {
    by('secret-key').select();
    try {
      await navigator.clipboard.writeText(by('secret-key').value);
      announce('The key was copied.');
      by('copy').textContent = 'Copied';
    } catch {
      announce('The browser did not allow copying. The key is selected: press Ctrl C.'); // also where there is no clipboard
      by('copy').textContent = 'Press Ctrl C';
    }
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    by('copy').textContent = 'Copy';
    attempt(make, event.submitter);
  });
  by('copy').addEventListener('click', copy);
  return { load };
}

function listOf(scopes) {
  return new Intl.ListFormat('en-GB').format(scopes);
}

/** Until when a key is good, and when it was last used. */
function lifeOf({ expires, used }) {
  const end = expires === null ? 'Valid until revoked' : new Date(expires) > new Date() ? `Valid until ${timeOf(expires)}` : 'Expired';
  return `${end}, ${used === null ? 'never used' : `last used ${dayOf(used)}`}`;
}
