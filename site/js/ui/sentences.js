// A sentence in another language: which translation it has, and what varies in it. language.js knows the language.

export const PLACE = /\{(\w+)\}/;
const SENTENCES = /(?<=[.?!]) (?=[A-Z“])(?![^“”]*”)/; // not in what is quoted
// What varies in a sentence of the service: what is quoted, ids of requests, days and times, numbers; and a list, from its colon to the end.
const VARYING = /(?<=“)[^”]+(?=”)|\b[\da-f]{32}\b|(?<!\w)\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?|(?<!\w)\d+(?:[.,]\d+)*/g;
const VARYING_OR_LIST = new RegExp(`(?<=: ).+(?=\\.$)|${VARYING.source}`, 'gs');
const BEFORE_UNIT = /(?<=[\d}]) (?=([%‰°]|px|µm|[KMG]iB|s)(?![\p{L}\d’]))/gu;
const DECIMAL = /^(?:0|[1-9]\d{0,14}|[1-9]\d{0,2}(?:,\d{3}){1,4})(?:\.\d{1,9})?$/;

/** @typedef {string | { one: string, other: string }} Translation */
/** @typedef {Record<string, string | number>} Values */

/**
 * What a language says for an English text, or the text itself.
 * @param {Record<string, Translation>} known
 * @param {string} english
 * @param {'one' | 'other'} form
 */
export function formOf(known, english, form) {
  const found = known[english] ?? english;
  return typeof found === 'string' ? found : found[form];
}

/**
 * A text with numbers in one line with their units.
 * @param {string} text
 */
export function joined(text) {
  return text.replace(BEFORE_UNIT, '\u00a0');
}

/**
 * That, with `values` in place of names in braces.
 * @param {string} text
 * @param {Values} values
 */
export function filled(text, values) {
  return joined(text)
    .split(PLACE)
    .map((part, index) => (index % 2 ? values[part] : part))
    .join('');
}

/**
 * A text of the service, translated as a whole or sentence by sentence. What varies in it is {1}, {2}… in the translation. It stays
 * English where part of it is not known.
 * @param {string} text
 * @param {Record<string, Translation>} known
 * @param {string} into the locale
 */
export function translated(text, known, into) {
  if (Object.hasOwn(known, text)) return formOf(known, text, 'other');
  const parts = text.split(SENTENCES).map((sentence) => sentenceIn(sentence, known, into));
  return parts.every((part) => part !== null) ? parts.join(' ') : text;
}

/**
 * @param {string} sentence
 * @param {Record<string, Translation>} known
 * @param {string} into the locale
 * @returns {string | null} null if it is not known
 */
function sentenceIn(sentence, known, into) {
  if (Object.hasOwn(known, sentence)) return formOf(known, sentence, 'other');
  for (const varying of [VARYING, VARYING_OR_LIST]) {
    /** @type {Values} */
    const values = {};
    let i = 0;
    const key = sentence.replaceAll(varying, (/** @type {string} */ part, /** @type {number} */ at) => {
      values[(i += 1)] = sentence[at - 1] === '“' ? part : written(part, into);
      return `{${i}}`;
    });
    if (Object.hasOwn(known, key)) return filled(formOf(known, key, 'other'), values);
  }
  return null;
}

/**
 * A number of an English sentence as a language writes it: “2,048” becomes “2.048” in German. What is no decimal number stays.
 * @param {string} number
 * @param {string} into the locale
 */
export function written(number, into) {
  if (!DECIMAL.test(number)) return number;
  const digits = number.split('.')[1]?.length ?? 0;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: number.includes(',') };
  return Number(number.replaceAll(',', '')).toLocaleString(into, options);
}
