// The title of a saved photograph, and the changes in its trend.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import './support/browser.js';
import { titleOf } from '../../site/js/history/details.js';
import { compared } from '../../site/js/history/trend.js';

test('the title of a record', () => {
  assert.equal(titleOf({ subject: 'P-0017', eye: 'left' }), 'P-0017, left eye');
  assert.equal(titleOf({ subject: null, eye: 'unknown' }), 'No subject label, eye not known');
});

test('each point of a trend lists what differs from the point before', () => {
  const point = { id: 'a', on: '2026-01-01', value: 0.1, model_sha256: 'm', threshold: 0.5, canvas: '640x640', flips: false, expected_dice: 0.8 };
  const points = [point, { ...point, value: null, expected_dice: null }, { ...point, model_sha256: 'n', flips: true }, point];
  assert.deepEqual(compared(points).map(({ changes }) => changes), [[], [], ['another model', 'mirror images on or off'], ['another model', 'mirror images on or off']]);
});
