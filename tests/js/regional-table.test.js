// One measurement by region: which lines, how values are written, and why some are absent.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { marginOf, regionalLines, regionalOnes, regionalReasons } from '../../site/js/viewer/regional-table.js';

/** @param {string} name */
const measurement = (name) => ({
  name, group: 'vessels', label: name, symbol: '', unit: '', definition: '', source: '', minimum: 0, maximum: null, example: 1, scopes: [], uses_structures: false,
  display: { factor: 100, decimals: 1, unit: '%', context: 'of the field of view' },
});
const DENSITY = measurement('density');

/** @typedef {import('openapi').RegionalMeasurement} Regional */

/** @param {Regional['region']} region @param {Regional['vessels']} vessels @param {number | null} value @returns {Regional} */
const row = (region, vessels, value, reason = 'No disc.') => ({ name: 'density', region, vessels, value, reason: value === null ? reason : null });

const ROWS = [
  row('zone_b', 'all', null), row('zone_b', 'artery', null), row('zone_b', 'vein', null),
  row('field', 'all', 0.1), row('field', 'artery', 0.04), row('field', 'vein', null, 'Too few vessels.'),
  row('superior_nasal', 'vein', null),
];

test('only what has values by region is offered, in the order of the list', () => {
  assert.deepEqual(regionalOnes(ROWS, [measurement('length'), DENSITY]), [DENSITY]);
});

test('regions have one order, whatever that of the rows', () => {
  assert.deepEqual(regionalLines(ROWS, DENSITY), [
    { label: 'Whole field', cells: ['10.0\u00a0%', '4.0\u00a0%', '–'], margins: [null, null, null] },
    { label: 'Zone B', cells: ['–', '–', '–'], margins: [null, null, null] },
    { label: 'Superior nasal', cells: ['–', '–', '–'], margins: [null, null, null] },
  ]);
});

test('a value has the repeatability of its vessels and region, in its own unit', () => {
  const own = { photographs: 7, name: 'density', vessels: /** @type {const} */ ('artery'), region: /** @type {const} */ ('field') };
  const known = { ...DENSITY, repeatability: { coefficient: 0.011, relative: false, photographs: 18 }, regional_repeatability: [{ ...own, coefficient: 0.3, relative: true }] };
  assert.equal(marginOf(known, row('field', 'all', 0.1)), '± 1.1');
  assert.equal(marginOf(known, row('field', 'artery', 0.04)), '± 1.2', 'a share of the value');
  assert.equal(marginOf(known, row('field', 'vein', 0.04)), null);
  assert.equal(marginOf(known, row('zone_b', 'artery', 0.04)), null);
  assert.equal(marginOf(known, row('field', 'artery', null)), null);
});

test('each reason is given once, with what it is the reason of', () => {
  assert.deepEqual(regionalReasons(ROWS, DENSITY), ['Zone B; Superior nasal (veins): No disc.', 'Whole field (veins): Too few vessels.']);
  assert.deepEqual(regionalReasons(ROWS, measurement('length')), []);
});
