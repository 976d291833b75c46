// The choice of a language in the footer of every page. Each is named in itself, so that whoever reads only that one finds it.

import { element } from './element.js';
import { choose, language, languages, t } from './language.js';

/** @import { Language } from './language.js' */

/** @param {Document} page */
export function addLanguageChoice(page) {
  const options = Object.entries(languages).map(([code, name]) => element('option', { value: code, lang: code }, name));
  const select = element('select', {}, ...options);
  select.value = language;
  select.addEventListener('change', () => {
    choose(/** @type {Language} */ (select.value));
    location.reload(); // what is not stored yet makes the page ask first
  });
  page.querySelector('body > footer')?.append(element('label', { class: 'language', translate: 'no' }, t('Language'), select));
}
