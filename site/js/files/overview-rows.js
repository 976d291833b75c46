// What the table of all photographs says of each: the cells, their order, and which photographs have a problem. Pure.

import { decimal, locale, ofService, t } from '../ui/language.js';
import { matchOf } from '../ui/match.js';
import { heading, valueIn } from '../ui/measurements.js';

/** @import { MeasurementDescription as Measurement } from 'openapi' */
/** @import { Photo } from './photograph-list.js' */
/** @import { Values } from '../ui/measurements.js' */

/** @typedef {Pick<Photo, 'name' | 'state' | 'sentence' | 'code' | 'saved' | 'order' | 'result'>} Row */
/** @typedef {{ text: string, key: string | number | null }} Cell `key` is what it is sorted by; null comes last */
/** @typedef {{ label: string, number?: boolean, cell: (row: Row) => Cell }} Column */
/** @typedef {{ column: number, descending: boolean }} Order */

const NOTHING = { text: '', key: null };
const GRADES = ['good', 'usable', 'poor', 'unusable'];

/**
 * @param {Measurement[]} measurements to show, a column each
 * @returns {Column[]}
 */
export function columnsOf(measurements) {
  return [
    { label: t('Photograph'), cell: ({ name }) => ({ text: name, key: name }) },
    { label: t('State'), cell: (row) => ({ text: stateOf(row), key: stateOf(row) }) },
    { label: t('Quality'), cell: gradeOf },
    { label: t('Expected agreement'), number: true, cell: agreementOf },
    ...measurements.map((measurement) => ({
      label: heading(measurement),
      number: true,
      cell: (/** @type {Row} */ { result }) => figureOf(measurement, result?.answer.measurements),
    })),
  ];
}

/** @param {Row} row */
function stateOf({ state, sentence, saved, result }) {
  if (state === 'done') return [saved ? t('Done, saved') : t('Done'), result?.correction && t('corrected')].filter(Boolean).join(', ');
  if (state === 'waiting') return t('Waiting');
  return sentence || t('Segmenting…');
}

/** @param {Row} row */
function gradeOf({ result }) {
  const grade = result?.answer.quality.grade;
  return grade ? { text: ofService(grade), key: GRADES.indexOf(grade) } : NOTHING;
}

/** @param {Row} row */
function agreementOf({ result }) {
  if (!result) return NOTHING;
  const dice = result.answer.quality.expected_dice ?? null;
  return { text: dice === null ? t('not known') : decimal(dice, 2), key: dice };
}

/**
 * @param {Measurement} measurement
 * @param {Values | undefined} values
 */
function figureOf(measurement, values) {
  return values ? { text: valueIn(measurement, values), key: values[measurement.name] ?? null } : NOTHING;
}

/**
 * What is the matter with a photograph in a few words, or null.
 * @param {Row} row
 */
export function problemOf({ state, result }) {
  if (state === 'refused') return t('not segmented');
  if (!result) return null;
  const { grade, fundus_like: like, retina, field_of_view: view, expected_dice: dice } = result.answer.quality;
  if (!like || retina === 'unsure') return t('may be no fundus photograph');
  if (grade === 'poor' || grade === 'unusable') return t('{grade} quality', { grade: ofService(grade) });
  if (view === 'whole') return t('no round field of view');
  return matchOf({ expected_dice: dice ?? null }) === 'poor' ? t('poor agreement expected') : null;
}

/**
 * The rows to show, in order. Rows that are equal by the column stay in the order of the list.
 * @template {Row} Shown
 * @param {Shown[]} rows
 * @param {Column[]} columns
 * @param {{ order: Order | null, words: string, problems: boolean }} wanted
 */
export function arranged(rows, columns, { order, words, problems }) {
  const sought = words.trim().toLowerCase();
  const found = rows.filter((row) => row.name.toLowerCase().includes(sought) && (!problems || problemOf(row)));
  found.sort((a, b) => a.order - b.order);
  if (!order) return found;
  const { cell } = columns[order.column];
  const keyed = found.map((row) => ({ row, key: cell(row).key }));
  return keyed.sort((a, b) => compared(a.key, b.key, order.descending)).map(({ row }) => row);
}

/**
 * @param {Cell['key']} a
 * @param {Cell['key']} b
 * @param {boolean} descending
 */
function compared(a, b, descending) {
  if (a === null || b === null) return Number(a === null) - Number(b === null); // last, either way
  const difference = typeof a === 'string' ? NAMES.compare(a, String(b)) : a - Number(b);
  return descending ? -difference : difference;
}

const NAMES = new Intl.Collator(locale, { numeric: true });
