// API keys on the account page: creating, listing, changing and revoking them. A new key is shown only until the page is
// left.

import { ask } from '../api/requests.js';
import { createNewest } from '../ui/newest.js';
import { confirmed } from '../ui/confirm.js';
import { element, finder } from '../ui/element.js';
import { createTrouble } from '../ui/trouble.js';
import { createKeyForm } from './key-form.js';
import { notesOf, spendingOf } from './key-words.js';
import { t } from '../ui/language.js';

/** @import { KeyList, KeyCreateResponse, KeyResponse } from 'openapi' */

const ADDRESS = '/api/v1/keys';

/** @param {{ page: ParentNode, announce: (words: string) => void }} parts */
export function createKeys({ page, announce }) {
  const by = finder(page);
  const keyForm = createKeyForm(page);
  const newest = createNewest();
  const secret = by('secret-key', HTMLInputElement);
  const copyButton = by('copy', HTMLButtonElement);
  const { onClick, onSubmit, say } = createTrouble(by('keys-trouble'));

  /** Fills the list, unless a newer answer is awaited, and returns the keys' names by id. */
  async function load() {
    /** @type {Promise<KeyList>} */
    const asked = ask(ADDRESS);
    const answer = await newest(asked);
    if (answer) show(answer.keys);
    const { keys } = answer ?? (await asked);
    return new Map(keys.map((key) => [key.id, key.name]));
  }

  /** @param {KeyResponse[]} keys */
  function show(keys) {
    by('no-keys').hidden = keys.length > 0;
    by('keys').replaceChildren(...keys.map(row));
  }

  /** @param {KeyResponse} key */
  function row(key) {
    const revokeButton = element('button', { type: 'button', 'aria-label': t('Revoke {name}', { name: key.name }) }, t('Revoke'));
    const changeButton = element('button', { type: 'button', 'aria-label': t('Change {name}', { name: key.name }), 'data-change': key.id }, t('Change'));
    onClick(revokeButton, () => revoke(key));
    changeButton.addEventListener('click', () => begin(key));
    const words = notesOf(key).map((note) => element('span', { class: 'note' }, note));
    return element(
      'li',
      {},
      element('div', {}, element('strong', {}, key.name), ...words, ...spendingOf(key).map((period) => spending(period, key.name))),
      element('div', { class: 'row' }, changeButton, revokeButton),
    );
  }

  async function submit() {
    by('keys-status').textContent = '';
    const changed = keyForm.changing();
    if (changed) await change(changed);
    else await make();
  }

  async function make() {
    copyButton.textContent = t('Copy');
    /** @type {KeyCreateResponse} */
    const made = await ask(ADDRESS, { method: 'POST', json: keyForm.values() });
    keyForm.show(null);
    secret.value = made.key;
    by('secret').hidden = false;
    secret.focus();
    secret.select();
    await load();
  }

  /** @param {KeyResponse} key */
  function begin(key) {
    by('keys-status').textContent = '';
    say('');
    keyForm.show(key);
  }

  /** @param {KeyResponse} key */
  async function change(key) {
    /** @type {KeyResponse} */
    const changed = await ask(`${ADDRESS}/${key.id}`, { method: 'PATCH', json: keyForm.values() });
    await load();
    end(key);
    by('keys-status').textContent = t('{name}: changed.', { name: changed.name });
  }

  /**
   * Ends changing a key; the focus goes back to where it began.
   * @param {KeyResponse | null} key
   */
  function end(key) {
    say('');
    keyForm.show(null);
    const button = key && by('keys').querySelector(`[data-change="${key.id}"]`);
    if (button instanceof HTMLButtonElement) button.focus();
  }

  /** @param {KeyResponse} key */
  async function revoke(key) {
    by('keys-status').textContent = '';
    const words = t('Programs that use “{name}” will be refused from now on.', { name: key.name });
    if (!(await confirmed({ title: t('Revoke this key?'), words, yes: t('Revoke it') }))) return;
    await ask(`${ADDRESS}/${key.id}`, { method: 'DELETE' });
    if (secret.value.startsWith(`rk_${key.id}_`)) {
      secret.value = '';
      by('secret').hidden = true;
    }
    if (keyForm.changing()?.id === key.id) keyForm.show(null);
    await load();
    keyForm.name.focus();
    by('keys-status').textContent = t('{name}: revoked.', { name: key.name });
  }

  async function copy() {
    secret.select();
    try {
      await navigator.clipboard.writeText(secret.value);
      announce(t('The key was copied.'));
      copyButton.textContent = t('Copied');
    } catch {
      // Also reached where the browser offers no clipboard API.
      announce(t('The browser did not allow copying. The key is selected: press Ctrl C.'));
      copyButton.textContent = t('Press Ctrl C');
    }
  }

  onSubmit(keyForm.form, submit);
  keyForm.cancel.addEventListener('click', () => end(keyForm.changing()));
  copyButton.addEventListener('click', () => void copy());
  return { load };
}

/**
 * What a key has spent: in words, with a bar where there is a limit.
 * @param {ReturnType<typeof spendingOf>[number]} period
 * @param {string} name of the key
 */
function spending({ name: period, spent, most, words }, name) {
  const bar = most === null ? [] : [element('meter', { min: 0, max: most, value: Math.min(spent, most), 'aria-label': t('{name}: {words}', { name, words: period }) })];
  return element('span', { class: 'note spending' }, words, ...bar);
}
