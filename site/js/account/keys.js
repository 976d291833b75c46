// API keys on the account page: creating, listing and revoking them. A new key is shown only until the page is left.

import { ask } from '../api/requests.js';
import { confirmed } from '../ui/confirm.js';
import { dayOf, timeOf } from '../ui/dates.js';
import { element, finder, the } from '../ui/element.js';
import { Refusal } from '../api/reach.js';
import { createTrouble } from '../ui/trouble.js';

/** @import { KeyList, KeyCreateResponse, KeyResponse, KeyCreate } from 'openapi' */

const ADDRESS = '/api/v1/keys';

/** @param {{ page: ParentNode, announce: (words: string) => void }} parts */
export function createKeys({ page, announce }) {
  const by = finder(page);
  const form = by('new-key', HTMLFormElement);
  const [name, expires] = [by('key-name', HTMLInputElement), by('key-expires', HTMLInputElement)];
  const secret = by('secret-key', HTMLInputElement);
  const copyButton = by('copy', HTMLButtonElement);
  const { onClick, onSubmit } = createTrouble(by('keys-trouble'));

  /** Fills the list and returns the keys' names by id. */
  async function load() {
    /** @type {KeyList} */
    const { keys } = await ask(ADDRESS);
    by('no-keys').hidden = keys.length > 0;
    by('keys').replaceChildren(...keys.map(row));
    return new Map(keys.map((key) => [key.id, key.name]));
  }

  /** @param {KeyResponse} key */
  function row(key) {
    const button = element('button', { type: 'button', 'aria-label': `Revoke ${key.name}` }, 'Revoke');
    onClick(button, () => revoke(key));
    const notes = [`rk_${key.id}_…, created ${timeOf(key.created)}`, `May ${listOf(key.scopes)}`, lifeOf(key)];
    const words = notes.map((note) => element('span', { class: 'note' }, note));
    return element('li', {}, element('div', {}, element('strong', {}, key.name), ...words), button);
  }

  async function make() {
    by('keys-status').textContent = '';
    copyButton.textContent = 'Copy';
    const scopes = /** @type {KeyCreate['scopes']} */ (new FormData(form).getAll('scopes'));
    if (!scopes?.length) {
      the(form, '[name=scopes]').focus();
      throw new Refusal('no_scope', 'Choose at least one thing the key may be used for.');
    }
    /** @type {KeyCreate} */
    const json = { name: name.value.trim(), scopes, expires: expires.value || null };
    /** @type {KeyCreateResponse} */
    const made = await ask(ADDRESS, { method: 'POST', json });
    form.reset();
    secret.value = made.key;
    by('secret').hidden = false;
    secret.focus();
    secret.select();
    await load();
  }

  /** @param {KeyResponse} key */
  async function revoke(key) {
    by('keys-status').textContent = '';
    const words = `Programs that use “${key.name}” will be refused from now on.`;
    if (!(await confirmed({ title: 'Revoke this key?', words, yes: 'Revoke it' }))) return;
    await ask(`${ADDRESS}/${key.id}`, { method: 'DELETE' });
    if (secret.value.startsWith(`rk_${key.id}_`)) {
      secret.value = '';
      by('secret').hidden = true;
    }
    await load();
    name.focus();
    by('keys-status').textContent = `${key.name}: revoked.`;
  }

  async function copy() {
    secret.select();
    try {
      await navigator.clipboard.writeText(secret.value);
      announce('The key was copied.');
      copyButton.textContent = 'Copied';
    } catch {
      // Also reached where the browser offers no clipboard API.
      announce('The browser did not allow copying. The key is selected: press Ctrl C.');
      copyButton.textContent = 'Press Ctrl C';
    }
  }

  onSubmit(form, make);
  copyButton.addEventListener('click', () => void copy());
  return { load };
}

/** @param {string[]} scopes */
function listOf(scopes) {
  return new Intl.ListFormat('en-GB').format(scopes);
}

/**
 * How long a key is valid, and when it was last used.
 * @param {KeyResponse} key
 */
function lifeOf({ expires, used }) {
  const end = expires === null ? 'Valid until revoked' : new Date(expires) > new Date() ? `Valid until ${timeOf(expires)}` : 'Expired';
  return `${end}, ${used === null ? 'never used' : `last used ${dayOf(used)}`}`;
}
