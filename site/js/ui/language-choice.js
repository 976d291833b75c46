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
    const wanted = /** @type {Language} */ (select.value);
    select.value = language; // until the page has the other one: what is not stored yet makes it ask first, and people may stay
    choose(wanted);
  });
  page.querySelector('body > footer')?.append(element('label', { class: 'language', translate: 'no' }, t('Language'), select));
}
