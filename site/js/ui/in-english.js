// The English text of a translated one. What is stored, or written to a table, is English whatever the language of the page; it is translated
// when it is shown.

import { language, translations } from './language.js';

const SENTENCES = /(?<=[.?!]) (?=[\p{Lu}„“«¿¡])/u;
const JOINED = /(?<=\d)\u00a0(?=\S)/g; // a number and its unit
const PLACES = /\{(\w+)\}/g;
/** Letters that a text must have besides its names in braces, to be recognised. */
const LEAST = 8;

/** @typedef {{ english: string, pattern: RegExp, names: string[] }} Known */

/** @type {Known[] | null} those with the most letters first */
let known = null;

/**
 * As a whole, or sentence by sentence. What is no translation stays as it is.
 * @param {string} text
 */
export function inEnglish(text) {
  if (!text) return text;
  const loose = text.replace(JOINED, ' ');
  if (language === 'en') return loose;
  known ??= knownOf(translations);
  return original(loose, known) ?? loose.split(SENTENCES).map((part) => original(part, known ?? []) ?? part).join(' ');
}

/**
 * @param {Record<string, import('./sentences.js').Translation>} file
 * @returns {Known[]}
 */
export function knownOf(file) {
  return Object.entries(file)
    .flatMap(([english, value]) => (typeof value === 'string' ? [value] : [value.one, value.other]).map((form) => ({ english, form })))
    .filter(({ form }) => form.replace(PLACES, '').length >= LEAST)
    .sort((one, other) => other.form.replace(PLACES, '').length - one.form.replace(PLACES, '').length)
    .map(({ english, form }) => ({ english, pattern: patternOf(form), names: [...form.matchAll(PLACES)].map(([, name]) => name) }));
}

/**
 * @param {string} text
 * @param {Known[]} among
 * @returns {string | null}
 */
export function original(text, among) {
  for (const { english, pattern, names } of among) {
    const found = pattern.exec(text.replaceAll('\u00a0', ' '));
    if (!found) continue;
    const values = new Map(names.map((name, i) => [name, found[i + 1]]));
    return english.replace(PLACES, (place, /** @type {string} */ name) => values.get(name) ?? place);
  }
  return null;
}

/** @param {string} form */
function patternOf(form) {
  const parts = form.replaceAll('\u00a0', ' ').split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('(.+?)')}$`, 's');
}
