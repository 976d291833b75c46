// The page's own CSV neutralises text that a spreadsheet would run as a formula, as the service's tables do.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { parsed } from '../../site/js/api/reach.js';
import { cell, tableOf } from '../../site/js/files/table.js';

/** @typedef {Record<'leading' | 'signs' | 'risky' | 'harmless' | 'numbers', string[]>} Cases */

const CASES = /** @type {Cases} */ (parsed(readFileSync(new URL('../support/cells.json', import.meta.url), 'utf8')));
const RISKY = CASES.leading.flatMap((before) => CASES.signs.map((sign) => `${before}${sign}1+cmd|' /C calc'!A0`));

/**
 * What a reader of CSV finds in one cell.
 * @param {string} text
 */
function read(text) {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
}

test('possible formulas get a leading apostrophe', () => {
  for (const text of [...RISKY, ...CASES.risky]) assert.equal(read(cell(text)), `'${text}`);
});

test('other text and numbers are unchanged', () => {
  for (const text of [...CASES.harmless, ...CASES.numbers]) assert.equal(read(cell(text)), text);
});

test('cells with separators are quoted', () => {
  assert.equal(cell('a,b'), '"a,b"');
  assert.equal(cell('a "b"'), '"a ""b"""');
  assert.equal(cell('a\nb'), '"a\nb"');
  assert.equal(cell('plain'), 'plain');
});

test('null is an empty cell, and zero is not', () => {
  assert.equal(cell(null), '');
  assert.equal(cell(undefined), '');
  assert.equal(cell(0), '0');
  assert.equal(cell(-0.25), '-0.25');
});

test('every photograph has its row, and a refused one its reason', () => {
  const table = tableOf([{ name: '=1.jpg', state: 'refused', code: 'photograph_unreadable', sentence: 'It is damaged.', result: null }], ['vascular_density', 'crae']);
  const [columns, row, end] = table.split('\r\n').map((line) => line.split(','));
  assert.deepEqual(columns.slice(0, 4), ['file', 'state', 'code', 'reason']);
  assert.deepEqual(columns.slice(10, 22), [
    'grade', 'reasons', 'expected_dice', 'expected_dice_low', 'expected_dice_high', 'expected_dice_reason',
    'artery_vein_reason', 'disc_reason', 'fovea_reason', 'vascular_density', 'crae', 'canvas',
  ]);
  assert.deepEqual(row.slice(0, 5), ["'=1.jpg", 'refused', 'photograph_unreadable', 'It is damaged.', '']);
  assert.equal(row.length, columns.length);
  assert.deepEqual(end, ['']);
});

test('an expected Dice that is not known has its reason', () => {
  const known = { expected_dice: 0.8, expected_dice_interval: [0.7, 0.9], expected_dice_reason: null };
  const unknown = { expected_dice: null, expected_dice_interval: null, expected_dice_reason: 'No vessels were found.' };
  const listed = [known, unknown].map((quality) => {
    const answer = { photograph: { field_of_view: {} }, quality, model: {}, measurements: {} };
    const photo = { name: 'a.jpg', state: 'done', code: null, sentence: '', result: { answer } };
    return /** @type {import('../../site/js/files/table.js').Listed} */ (/** @type {unknown} */ (photo));
  });
  const [columns, ...rows] = tableOf(listed, []).split('\r\n').map((line) => line.split(','));
  const at = columns.indexOf('expected_dice');
  assert.deepEqual(rows[0].slice(at, at + 4), ['0.8', '0.7', '0.9', '']);
  assert.deepEqual(rows[1].slice(at, at + 4), ['', '', '', 'No vessels were found.']);
});

test('arteries and veins, disc and fovea that were looked for and not found have their reason', () => {
  const found = { artery_vein_reason: null, disc_reason: null, fovea_reason: null };
  const missing = { artery_vein_reason: 'It has no colour.', disc_reason: 'No disc is in view.', fovea_reason: 'It cannot be made out.' };
  const listed = [undefined, found, missing].map((structures) => {
    const answer = { photograph: { field_of_view: {} }, quality: {}, model: {}, measurements: {}, structures };
    const photo = { name: 'a.jpg', state: 'done', code: null, sentence: '', result: { answer } };
    return /** @type {import('../../site/js/files/table.js').Listed} */ (/** @type {unknown} */ (photo));
  });
  const [columns, ...rows] = tableOf(listed, []).split('\r\n').map((line) => line.split(','));
  const at = columns.indexOf('artery_vein_reason');
  const cells = rows.slice(0, 3).map((row) => row.slice(at, at + 3));
  assert.deepEqual(cells, [['', '', ''], ['', '', ''], Object.values(missing)]);
});

test('an interval has two columns if any photograph has one', () => {
  const answer = (/** @type {Record<string, [number, number] | null>} */ intervals) => ({
    photograph: { field_of_view: {} }, quality: {}, model: {},
    measurements: { vascular_density: 0.1, tortuosity: 1.1 }, measurement_intervals: intervals,
  });
  const listed = [answer({ vascular_density: [0.08, 0.12], tortuosity: null }), answer({})].map((each) => {
    const photo = { name: 'a.jpg', state: 'done', code: null, sentence: '', result: { answer: each } };
    return /** @type {import('../../site/js/files/table.js').Listed} */ (/** @type {unknown} */ (photo));
  });
  const [columns, first, second] = tableOf(listed, ['vascular_density', 'tortuosity']).split('\r\n').map((line) => line.split(','));
  const at = columns.indexOf('vascular_density');
  assert.deepEqual(columns.slice(at, at + 5), ['vascular_density', 'tortuosity', 'vascular_density_low', 'vascular_density_high', 'canvas']);
  assert.deepEqual(first.slice(at, at + 4), ['0.1', '1.1', '0.08', '0.12']);
  assert.deepEqual(second.slice(at, at + 4), ['0.1', '1.1', '', '']);
});

test('the table says whether the vessels were corrected, and whether the figures are of these', () => {
  const answer = { photograph: { field_of_view: {} }, quality: {}, model: {}, measurements: {} };
  const listed = [null, { measured: true }, { measured: false }].map((correction) => {
    const photo = { name: 'a.jpg', state: 'done', code: null, sentence: '', result: { answer, correction } };
    return /** @type {import('../../site/js/files/table.js').Listed} */ (/** @type {unknown} */ (photo));
  });
  const [columns, ...rows] = tableOf(listed, []).split('\r\n').map((line) => line.split(','));
  assert.deepEqual(rows.slice(0, 3).map((row) => row[columns.indexOf('corrected')]), ['no', 'yes', 'not measured again']);
});
