// The language of the page: the one that was chosen here, else the first of the browser's languages (those of Accept-Language) that there is.
// English texts are written where they are used. A file in languages/ maps each to its translation; what it lacks stays English. The
// start page begins with a small file of what its first view needs, and gets the others before it imports anything that uses them.

import { remember, remembered } from './remembered.js';
import { PLACE, filled, formOf, joined, translated } from './sentences.js';

/** Their names, by code. */
export const languages = /** @type {const} */ ({ en: 'English', de: 'Deutsch', fr: 'Français', es: 'Español' });
const CHOICE = 'language';
const PATIENCE_MS = 10_000;

/** @import { Translation, Values } from './sentences.js' */
/** @typedef {keyof typeof languages} Language */

const wanted = chosen();
const loaded = await load(wanted);
/** The code of the language in use: English if the wanted one could not be loaded. */
export const language = loaded ? wanted : 'en';
/** The locale by which numbers and dates are written. */
export const locale = language === 'en' ? 'en-GB' : language;
/** English texts with their translations. */
export const translations = loaded ?? {};
const plurals = new Intl.PluralRules(language);

/**
 * The translation of an English text, with `values` in place of names in braces: `t('{name} added.', { name })`.
 * @param {string} english
 * @param {Values} [values]
 */
export function t(english, values = {}) {
  return filled(translationOf(english, 'other'), values);
}

/**
 * The text for a number of things, which is `{n}` in both: `plural(2, '{n} photograph', '{n} photographs')`.
 * @param {number} n
 * @param {string} one
 * @param {string} other
 * @param {Values} [values]
 */
export function plural(n, one, other, values = {}) {
  const form = plurals.select(n) === 'one' ? 'one' : 'other';
  const text = other in translations ? translationOf(other, form) : n === 1 ? one : other;
  return filled(text, { n: n.toLocaleString(locale), ...values });
}

/**
 * A number with so many decimals, as people who read the language write it: “0,83” in German.
 * @param {number} value
 * @param {number} digits
 */
export function decimal(value, digits) {
  return value.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false });
}

/**
 * Like `t`, with elements in place of names in braces, to be appended to an element.
 * @param {string} english
 * @param {Record<string, Node | string>} values
 * @returns {(Node | string)[]}
 */
export function tNodes(english, values) {
  return translationOf(english, 'other')
    .split(PLACE)
    .map((part, index) => (index % 2 ? values[part] : part))
    .filter((part) => part !== '');
}

/**
 * Chooses a language for all visits with this browser, or for this page where it stores nothing, and loads the page again.
 * @param {Language} code
 */
export function choose(code) {
  if (remember(CHOICE, code)) location.reload();
  else location.search = new URLSearchParams({ [CHOICE]: code }).toString();
}

/**
 * @param {string} english
 * @param {'one' | 'other'} form
 */
function translationOf(english, form) {
  return formOf(translations, english, form);
}

/** @returns {Language} */
function chosen() {
  if (!('document' in globalThis)) return 'en'; // workers and tests show nothing
  const codes = [remembered(CHOICE) ?? new URLSearchParams(location.search).get(CHOICE) ?? '', ...navigator.languages];
  return codes.map((each) => /** @type {Language} */ (each.slice(0, 2))).find((each) => each in languages) ?? 'en';
}

/**
 * All texts, for what is imported only when it is needed. Rejects if they do not arrive: half a page in English would be none in either.
 */
export async function loadAllTexts() {
  if (language === 'en' || !isStart()) return;
  Object.assign(translations, await fetch(fileOf(language)).then(readOf));
  delete document.documentElement.dataset.texts; // once is enough
}

/** Whether this page begins with the texts of its first view. */
function isStart() {
  return document.documentElement.dataset.texts === 'start';
}

/**
 * @param {Language} code
 * @param {string} [part] the folder of files with fewer texts
 */
function fileOf(code, part = '') {
  return new URL(`../../languages/${part}${code}.json`, import.meta.url);
}

/**
 * The translations into a language, or null if they do not arrive. The page's own texts are translated before this resolves, thus before any
 * script that shows texts runs.
 * @param {Language} code
 * @returns {Promise<Record<string, Translation> | null>}
 */
async function load(code) {
  if (code === 'en') return {};
  const { classList } = document.documentElement;
  classList.add('translating'); // nobody shall see English first
  try {
    /** @type {Promise<never>} */
    const late = new Promise((_, reject) => setTimeout(reject, PATIENCE_MS));
    const arrived = Promise.all([fetch(fileOf(code, isStart() ? 'start/' : '')).then(readOf), import('./translate-page.js')]);
    const [found, { translatePage }] = await Promise.race([arrived, late]);
    translatePage(code, (english) => formOf(found, english, 'other'));
    return found;
  } catch {
    return null; // the page works in English
  } finally {
    classList.remove('translating');
  }
}

/**
 * @param {Response} response
 * @returns {Promise<Record<string, Translation>>}
 */
async function readOf(response) {
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  /** @type {unknown} */
  const content = await response.json();
  return /** @type {Record<string, Translation>} */ (content);
}

/**
 * A text of the service, translated.
 * @param {string} text
 */
export function ofService(text) {
  return joined(translated(text, translations, locale));
}
