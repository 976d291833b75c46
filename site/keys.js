// API keys. Enters: the page's form and list; leaves: keys made, told once, and revoked. Keeps no key's text once the
// page is left.

import { ask } from './api.js';
import { confirmed } from './confirm.js';
import { timeOf } from './dates.js';
import { element } from './element.js';
import { createTrouble } from './trouble.js';

const ADDRESS = '/api/v1/keys';

export function createKeys({ page, announce }) {
  const by = (id) => page.querySelector(`#${id}`);
  const name = by('key-name');
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
    const words = element('span', { class: 'note' }, `rk_${key.id}_…, made ${timeOf(key.created)}`);
    return element('li', {}, element('div', {}, element('strong', {}, key.name), words), button);
  }

  async function make() {
    const made = await ask(ADDRESS, { method: 'POST', json: { name: name.value.trim() } });
    name.value = '';
    by('secret-key').value = made.key;
    by('secret').hidden = false;
    by('secret-key').focus();
    by('secret-key').select();
    await load();
  }

  async function revoke(key) {
    const words = `Programs that use “${key.name}” are refused from now on.`;
    if (!(await confirmed({ title: 'Revoke this key?', words, yes: 'Revoke it' }))) return;
    await ask(`${ADDRESS}/${key.id}`, { method: 'DELETE' });
    if (by('secret-key').value.startsWith(`rk_${key.id}_`)) {
      by('secret-key').value = '';
      by('secret').hidden = true;
    }
    await load();
    name.focus();
    announce(`${key.name}: revoked.`);
  }

  async function copy() {
    by('secret-key').select();
    try {
      await navigator.clipboard.writeText(by('secret-key').value);
      announce('The key is on the clipboard.');
      by('copy').textContent = 'Copied';
    } catch {
      announce('The browser did not allow that. The key is selected: copy it with Ctrl C.'); // also where there is no clipboard
      by('copy').textContent = 'Press Ctrl C';
    }
  }

  by('new-key').addEventListener('submit', (event) => {
    event.preventDefault();
    by('copy').textContent = 'Copy';
    attempt(make, event.submitter);
  });
  by('copy').addEventListener('click', copy);
  return { load };
}
