// Two visits of an eye: which one comes first, and that both speak of the model's vessels.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import './support/browser.js';
import { byVisit, correctionWords, differenceOf, isSameVisit, modelValues } from '../../site/js/history/two-visits.js';

test('visits of one day are in the order in which they were saved', () => {
  const visits = [
    { id: 3, day: '2026-05-04', saved: '2026-05-04T15:00:00Z' },
    { id: 2, day: '2026-05-04', saved: '2026-05-04T10:00:00+02:00' },
    { id: 1, day: '2026-05-03', saved: '2026-06-01T10:00:00Z' },
  ];
  assert.deepEqual(visits.sort(byVisit).map(({ id }) => id), [1, 2, 3]);
});

/** @import { MeasurementDescription as Measurement, SavedPrediction } from 'openapi' */

const DENSITY = /** @type {Measurement} */ (/** @type {unknown} */ ({
  name: 'vascular_density', label: 'Vascular density', display: { factor: 100, decimals: 2, unit: '%', context: '' }, repeatability: null,
}));

/**
 * @param {number} density
 * @param {number | null} [own] the model's, if it was corrected
 */
function visitOf(density, own) {
  const correction = own === undefined ? null : { model_measurements: { vascular_density: own } };
  const record = { model: { sha256: 'a' }, threshold: 0.5, canvas: 512, flips: false, measurements: { vascular_density: density }, correction };
  return /** @type {SavedPrediction} */ (/** @type {unknown} */ (record));
}

const [corrected, plain, asFound] = [visitOf(0.1134, 0.1124), visitOf(0.1324), visitOf(0.1124)];

test('a corrected visit is compared by the values of the model', () => {
  assert.deepEqual([corrected, plain].map(modelValues), [{ vascular_density: 0.1124 }, { vascular_density: 0.1324 }]);
  assert.equal(differenceOf(corrected, plain, DENSITY), differenceOf(asFound, plain, DENSITY));
  assert.equal(differenceOf(plain, corrected, DENSITY), differenceOf(plain, asFound, DENSITY));
  assert.match(differenceOf(corrected, plain, DENSITY), /2\.00/);
});

test('a value that the model lacks is not taken from the correction', () => {
  assert.equal(differenceOf(visitOf(0.1134, null), plain, DENSITY), '');
});

test('a comparison stays as it is whatever is corrected, and is another one once a visit has another day or values', () => {
  const visit = { ...plain, id: '1', predicted: '2026-05-04T10:00:00Z', day: '2026-05-04', subject: 'P-1', eye: /** @type {const} */ ('left') };
  assert.ok(isSameVisit(visit, { ...visit, correction: corrected.correction, note: 'blurred' }));
  for (const other of [{ id: '2' }, { predicted: '2026-06-04T10:00:00Z' }, { day: '2026-05-05' }, { subject: 'P-2' }, { eye: /** @type {const} */ ('right') }]) {
    assert.ok(!isSameVisit(visit, { ...visit, ...other }), Object.keys(other)[0]);
  }
});

test('a comparison with a corrected visit says so', () => {
  const words = /model’s vessels/;
  assert.match(correctionWords([corrected, plain]), words);
  assert.match(correctionWords([plain, corrected]), words);
  assert.match(correctionWords([corrected, corrected]), words);
  assert.equal(correctionWords([plain, plain]), '');
});
