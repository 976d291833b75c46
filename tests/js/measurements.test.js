// Values and labels are formatted as the service's list says, whatever the measurement.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { mebibytes, photographsTaken } from '../../site/js/ui/limits.js';
import { heading, labelled, rangeOf, valueIn, valueInContext, valueOf } from '../../site/js/ui/measurements.js';

const SHARE = {
  name: 'vascular_density', label: 'vascular density', group: 'overview', symbol: 'VD', unit: '', definition: '', source: '',
  minimum: 0, maximum: 1, example: 0.1, scopes: [], uses_structures: false, display: { factor: 100, decimals: 1, unit: '%', context: 'of the field of view' },
};
const LENGTH = {
  name: 'crae', label: 'CRAE', group: 'overview', symbol: 'CRAE', unit: 'µm', definition: '', source: '',
  minimum: 0, maximum: null, example: 150, scopes: [], uses_structures: false, display: { factor: 1, decimals: 0, unit: 'µm', context: '' },
};
const RATIO = { ...LENGTH, label: 'tortuosity', unit: '', display: { factor: 1, decimals: 2, unit: '', context: '' } };

test('a value has its decimals and its unit', () => {
  assert.equal(valueOf(SHARE, 0.10662), '10.7\u00a0%');
  assert.equal(valueOf(LENGTH, 151.6), '152\u00a0µm');
  assert.equal(valueOf(RATIO, 1.1), '1.10');
});

test('“not measurable” has no unit', () => {
  for (const measurement of [SHARE, LENGTH, RATIO]) {
    assert.equal(valueOf(measurement, null), 'not measurable');
    assert.equal(valueInContext(measurement, { vascular_density: null, crae: null }), 'not measurable');
    assert.equal(valueIn(measurement, {}), 'not measurable');
  }
});

test('an interval has the decimals of the value, without its unit', () => {
  assert.equal(rangeOf(SHARE, [0.10182, 0.11]), '10.2 to 11.0');
  assert.equal(rangeOf(RATIO, [1.1, 1.125]), '1.10 to 1.13');
});

test('a value has its context, if there is one', () => {
  assert.equal(valueInContext(SHARE, { vascular_density: 0, crae: 1 }), '0.0\u00a0% of the field of view');
  assert.equal(valueInContext(LENGTH, { crae: 151.6 }), '152\u00a0µm');
});

test('labels in a sentence and at its start', () => {
  assert.equal(labelled(SHARE, { vascular_density: 0.10662 }), 'vascular density 10.7\u00a0%');
  assert.equal(heading(SHARE), 'Vascular density');
  assert.equal(heading(LENGTH), 'CRAE');
});

test('limits in words', () => {
  assert.equal(mebibytes(50 * 2 ** 20), '50\u00a0MiB');
  assert.equal(mebibytes(2 ** 19), '0.5\u00a0MiB');
  const taken = { formats: ['JPEG', 'PNG', 'GIF'], upload_bytes: 50 * 2 ** 20 };
  assert.equal(photographsTaken(taken), 'JPEG, PNG or GIF, up to 50\u00a0MiB each.');
});
