// Reads subject, eye and date from file names by a pattern such as “{subject}_{eye}_{date}”, which users see and change.
// Everything else in a pattern stands for itself, except {any}.

import { t } from '../ui/language.js';

/** @import { Details } from '../history/details.js' */

/** @typedef {Pick<Details, 'subject' | 'eye' | 'taken_on'>} Labels */
/** @typedef {'subject' | 'eye' | 'date' | 'any'} Field */

/** Tried from the first to the last: the first one that fits the most names is suggested. */
export const PATTERNS = [
  '{subject}_{date}_{eye}', '{subject}_{eye}_{date}', '{subject}-{date}-{eye}', '{subject}-{eye}-{date}', '{subject}_{eye}', '{subject}-{eye}',
  '{subject}_{eye}_{any}', '{subject}/{eye}', '{subject}/{date}/{eye}', '{subject}/{any}', '{subject}_{date}', '{subject}',
];
const EYES = new Map([
  ...['r', 'right', 'od', 're', 'rechts', 'droit', 'derecho'].map((word) => /** @type {const} */ ([word, 'right'])),
  ...['l', 'left', 'os', 'le', 'links', 'gauche', 'izquierdo'].map((word) => /** @type {const} */ ([word, 'left'])),
]);
const PARTS = {
  subject: '(?<subject>[^/]+?)',
  eye: `(?<eye>${[...EYES.keys()].sort((a, b) => b.length - a.length).join('|')})`,
  date: String.raw`(?<date>\d{4}-\d{1,2}-\d{1,2}|\d{8}|\d{1,2}\.\d{1,2}\.\d{4})`,
  any: '.*?',
};
const ANY = '{any}';
const FIELDS = { subject: '{subject}', eye: '{eye}', date: '{date}', any: ANY }; // to be named in sentences
const LONGEST_SUBJECT = 100;
const LONGEST_PATTERN = 200;
const LONGEST_NAME = 300; // longer ones take long to try, and most systems have none

/**
 * A function that reads the labels from a file's name, or null where the name does not fit. Throws an Error with a sentence
 * for the user if the pattern cannot be used.
 * @param {string} pattern
 * @returns {(name: string) => Labels | null}
 */
export function readerOf(pattern) {
  const wanted = pattern.trim();
  if (wanted.length > LONGEST_PATTERN) throw new Error(t('The pattern is too long.'));
  const pieces = wanted.split(/(\{[^{}]*\})/).filter(Boolean);
  const fields = pieces.filter(isField).map((piece) => piece.slice(1, -1));
  const unknown = fields.find((field) => !Object.hasOwn(PARTS, field));
  if (unknown !== undefined) throw new Error(t('{field} is not known. Use {subject}, {eye}, {date} and {any}.', { field: `{${unknown}}`, ...FIELDS }));
  const twice = fields.find((field, i) => field !== 'any' && fields.indexOf(field) !== i);
  if (twice) throw new Error(t('{field} can be used once.', { field: `{${twice}}` }));
  if (fields.filter((field) => field === 'any').length > 2) throw new Error(t('{field} can be used twice.', { field: ANY })); // more take long to try
  const beside = pieces.findIndex((piece, i) => i > 0 && isField(piece) && isField(pieces[i - 1]) && (piece === ANY || pieces[i - 1] === ANY));
  if (beside > 0) throw new Error(t('Put a character between {first} and {second}.', { first: pieces[beside - 1], second: pieces[beside] })); // where one ends is a guess, and takes long
  if (!fields.some((field) => field !== 'any')) throw new Error(t('The pattern needs {subject}, {eye} or {date}.', FIELDS));
  const source = pieces.map((piece) => (isField(piece) ? PARTS[/** @type {Field} */ (piece.slice(1, -1))] : escaped(piece))).join('');
  const whole = wanted.includes('/');
  const expression = new RegExp(`^${whole ? '(?:.*/)?' : ''}${source}$`, 'iu');
  return (name) => {
    const stem = name.replace(/(?<=[^/])\.[^./]*$/, '');
    if (stem.length > LONGEST_NAME) return null;
    return labelsOf(expression.exec(whole ? stem : stem.slice(stem.lastIndexOf('/') + 1))?.groups);
  };
}

/** @param {string} piece */
function isField(piece) {
  return piece.startsWith('{');
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

/**
 * @param {Partial<Record<string, string>> | undefined} groups
 * @returns {Labels | null}
 */
function labelsOf(groups) {
  if (!groups) return null;
  const takenOn = groups.date === undefined ? null : dayOf(groups.date);
  if (groups.date !== undefined && takenOn === null) return null; // no such day
  const subject = groups.subject?.trim().slice(0, LONGEST_SUBJECT) || null;
  return { subject, eye: EYES.get(groups.eye?.toLowerCase() ?? '') ?? 'unknown', taken_on: takenOn };
}

/**
 * “2026-05-04” for itself, 20260504 and 4.5.2026, or null if there is no such day.
 * @param {string} text
 */
export function dayOf(text) {
  const digits = /^(\d{4})-?(\d{1,2})-?(\d{1,2})$/.exec(text) ?? null;
  const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text);
  const [year, month, day] = digits ? digits.slice(1) : (dotted?.slice(1).reverse() ?? []);
  const iso = `${year}-${month?.padStart(2, '0')}-${day?.padStart(2, '0')}`;
  const date = new Date(`${iso}T00:00:00Z`);
  const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso);
  return exists && date.getTime() <= Date.now() + 24 * 3600 * 1000 && Number(year) >= 1900 ? iso : null;
}

/**
 * The pattern to begin with: the one that reads most from the names.
 * @param {string[]} names
 */
export function suggested(names) {
  let [best, most] = [PATTERNS[PATTERNS.length - 1], 0];
  for (const pattern of PATTERNS) {
    const read = readerOf(pattern);
    const score = names.reduce((sum, name) => sum + scoreOf(read(name)), 0);
    if (score > most) [best, most] = [pattern, score];
  }
  return best;
}

/** @param {Labels | null} labels */
function scoreOf(labels) {
  if (!labels) return 0;
  return (labels.subject ? 1 : 0) + (labels.eye === 'unknown' ? 0 : 1) + (labels.taken_on ? 1 : 0);
}
