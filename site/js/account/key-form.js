// The form for an API key on the account page: for a new one, or for changing one that exists.

import { Refusal } from '../api/reach.js';
import { finder, the } from '../ui/element.js';
import { lastDayOf, networksIn, plain } from './key-words.js';
import { t } from '../ui/language.js';

/** @import { KeyCreate, KeyResponse } from 'openapi' */

/** @param {ParentNode} page */
export function createKeyForm(page) {
  const by = finder(page);
  const form = by('new-key', HTMLFormElement);
  const [name, expires] = [by('key-name', HTMLInputElement), by('key-expires', HTMLInputElement)];
  const [perDay, perMonth] = [by('key-per-day', HTMLInputElement), by('key-per-month', HTMLInputElement)];
  const addresses = by('key-addresses', HTMLTextAreaElement);
  const submit = by('key-submit', HTMLButtonElement);
  const cancel = by('key-cancel', HTMLButtonElement);
  const limits = by('key-limits', HTMLDetailsElement);
  /** @type {KeyResponse | null} */
  let changed = null;

  /**
   * What was filled in. Throws a Refusal without a scope. The expiry of a key that is changed is left out if it stays.
   * @returns {KeyCreate}
   */
  function values() {
    const scopes = /** @type {NonNullable<KeyCreate['scopes']>} */ (new FormData(form).getAll('scopes'));
    if (!scopes.length) {
      the(form, '[name=scopes]').focus();
      throw new Refusal('no_scope', t('Choose at least one thing the key may be used for.'));
    }
    return {
      name: name.value.trim(),
      scopes,
      credits_per_day: countIn(perDay),
      credits_per_month: countIn(perMonth),
      addresses: networksIn(addresses.value),
      ...(changed && lastDayOf(changed.expires) === expires.value ? {} : { expires: expires.value || null }),
    };
  }

  /**
   * Fills the form with a key that is to be changed, or empties it.
   * @param {KeyResponse | null} key
   */
  function show(key) {
    changed = key;
    form.reset();
    submit.textContent = key ? t('Save the changes') : t('Create key');
    cancel.hidden = key === null;
    by('key-name-label').textContent = key ? t('Name of the key') : t('Name of the new key');
    if (!key) return;
    name.value = key.name;
    expires.value = lastDayOf(key.expires);
    perDay.value = String(key.credits_per_day ?? '');
    perMonth.value = String(key.credits_per_month ?? '');
    addresses.value = key.addresses.map(plain).join('\n');
    limits.open = true;
    for (const box of form.querySelectorAll('[name=scopes]')) {
      if (box instanceof HTMLInputElement) box.checked = key.scopes.some((scope) => scope === box.value);
    }
    name.focus();
  }

  return { form, name, cancel, values, show, changing: () => changed };
}

/** @param {HTMLInputElement} field */
function countIn(field) {
  return field.value ? Number(field.value) : null;
}
