// The table of all photographs: what it shows, its order, and what counts as a problem.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { arranged, columnsOf, problemOf } from '../../site/js/files/overview-rows.js';

/** @typedef {import('../../site/js/files/overview-rows.js').Row} Row */

const DENSITY = /** @type {import('openapi').MeasurementDescription} */ (/** @type {unknown} */ ({
  name: 'vascular_density', label: 'vascular density', display: { factor: 100, decimals: 1, unit: '%' },
}));
const COLUMNS = columnsOf([DENSITY]);
const ALL = { order: null, words: '', problems: false };
const GOOD = { grade: 'good', fundus_like: true, retina: 'sure', field_of_view: 'disc', expected_dice: 0.8 };

/**
 * @param {string} name
 * @param {number} order
 * @param {{ density?: number | null, quality?: object }} [found] nothing if it was not segmented
 * @returns {Row}
 */
function row(name, order, found) {
  const answer = found && { quality: { ...GOOD, ...found.quality }, measurements: { vascular_density: found.density ?? null } };
  const result = /** @type {Row['result']} */ (/** @type {unknown} */ (answer ? { answer } : null));
  return { name, order, state: answer ? 'done' : 'refused', sentence: answer ? '' : 'No image.', code: null, saved: null, result };
}

const ROWS = [
  row('p10.jpg', 3, { density: 0.12 }), row('p2.jpg', 1, { density: null }), row('notes.txt', 2), row('P1.jpg', 4, { density: 0.09, quality: { grade: 'poor' } }),
];

/** @param {{ order?: { column: number, descending: boolean }, words?: string, problems?: boolean }} wanted */
function names(wanted) {
  return arranged(ROWS, COLUMNS, { ...ALL, ...wanted }).map(({ name }) => name);
}

test('cells say what is known', () => {
  const texts = (/** @type {Row} */ each) => COLUMNS.map(({ cell }) => cell(each).text);
  assert.deepEqual(texts(ROWS[0]), ['p10.jpg', 'Done', 'good', '0.80', '12.0\u00a0%']);
  assert.deepEqual(texts(ROWS[1]), ['p2.jpg', 'Done', 'good', '0.80', 'not measurable']);
  const another = row('p3.jpg', 5, { density: 0.1, quality: { expected_dice: null } });
  assert.deepEqual(texts(another), ['p3.jpg', 'Done', 'good', 'not known', '10.0\u00a0%'], 'a result has no empty cell');
  const corrected = /** @type {Row} */ (/** @type {unknown} */ ({ ...ROWS[0], saved: 'r1', result: { ...ROWS[0].result, correction: {} } }));
  assert.equal(texts(corrected)[1], 'Done, saved, corrected');
  assert.deepEqual(texts(ROWS[2]), ['notes.txt', 'No image.', '', '', '']);
});

test('rows are in the order of the list, or of a column, those without a value last', () => {
  assert.deepEqual(names({}), ['p2.jpg', 'notes.txt', 'p10.jpg', 'P1.jpg']);
  assert.deepEqual(names({ order: { column: 0, descending: false } }), ['notes.txt', 'P1.jpg', 'p2.jpg', 'p10.jpg']);
  assert.deepEqual(names({ order: { column: 4, descending: false } }), ['P1.jpg', 'p10.jpg', 'p2.jpg', 'notes.txt']);
  assert.deepEqual(names({ order: { column: 4, descending: true } }), ['p10.jpg', 'P1.jpg', 'p2.jpg', 'notes.txt']);
  assert.deepEqual(names({ order: { column: 2, descending: true } })[0], 'P1.jpg', 'grades by their meaning, not their letters');
});

test('rows are filtered by name and by problem', () => {
  assert.deepEqual(names({ words: ' P1' }), ['p10.jpg', 'P1.jpg']);
  assert.deepEqual(names({ problems: true }), ['notes.txt', 'P1.jpg']);
  assert.deepEqual(names({ problems: true, words: 'p' }), ['P1.jpg']);
});

test('each kind of problem is named', () => {
  const problem = (/** @type {object} */ quality) => problemOf(row('a', 1, { quality }));
  assert.equal(problem({}), null);
  assert.equal(problem({ grade: 'unusable' }), 'unusable quality');
  assert.match(String(problem({ fundus_like: false })), /no fundus/);
  assert.match(String(problem({ retina: 'unsure' })), /no fundus/);
  assert.match(String(problem({ field_of_view: 'whole' })), /field of view/);
  assert.match(String(problem({ expected_dice: 0.6 })), /agreement/);
  assert.equal(problem({ expected_dice: null, grade: null }), null);
  assert.equal(problemOf({ ...row('a', 1), state: 'waiting' }), null);
});
