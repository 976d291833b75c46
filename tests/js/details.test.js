// The title of a saved photograph, and the changes in its trend.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import './support/browser.js';
import { detailsToBegin, titleOf } from '../../site/js/history/details.js';
import { compared } from '../../site/js/history/trend.js';

test('the title of a record', () => {
  assert.equal(titleOf({ subject: 'P-0017', eye: 'left' }), 'P-0017, left eye');
  assert.equal(titleOf({ subject: null, eye: 'unknown' }), 'No subject label, eye not known');
});

test('a photograph is offered for saving with what is its own', () => {
  const result = (/** @type {'left' | null} */ laterality) => ({ answer: { photograph: { laterality } } });
  const own = { subject: null, eye: 'unknown', taken_on: null, note: null, file_name: 'a.jpg' };
  assert.deepEqual(detailsToBegin({ name: 'x/a.jpg', draft: null, result: result(null) }), own);
  assert.deepEqual(detailsToBegin({ name: 'x/a.jpg', draft: null, result: result('left') }), { ...own, eye: 'left' });
  const draft = { ...own, subject: 'P-1', eye: 'right' };
  assert.deepEqual(detailsToBegin({ name: 'x/a.jpg', draft, result: result('left') }), draft);
});

test('each point of a trend lists what differs from the point before', () => {
  const point = { id: 'a', on: '2026-01-01', value: 0.1, model_sha256: 'm', threshold: 0.5, canvas: '640x640', flips: false, corrected: false, expected_dice: 0.8 };
  const points = [point, { ...point, value: null, expected_dice: null }, { ...point, model_sha256: 'n', flips: true }, point];
  assert.deepEqual(compared(points, false).map(({ changes }) => changes), [[], [], ['another model', 'mirror images on or off'], ['another model', 'mirror images on or off']]);
});

test('another network for the structures matters only to what uses them', () => {
  const point = { id: 'a', on: '2026-01-01', value: 0.1, model_sha256: 'm', threshold: 0.5, canvas: '640x640', flips: false, corrected: false, expected_dice: 0.8 };
  const points = [null, 's', null, 's', 't'].map((structures_sha256) => ({ ...point, structures_sha256, value: structures_sha256 ? 0.1 : null }));
  assert.deepEqual(compared(points, false).flatMap(({ changes }) => changes), []);
  const marked = compared(points, true).map(({ changes }) => changes.length);
  assert.deepEqual(marked, [0, 0, 0, 0, 1], 'a visit without structures has no value, and changes nothing');
  const counted = points.map((each) => ({ ...each, value: 12 }));
  assert.deepEqual(compared(counted, true).map(({ changes }) => changes.length), [0, 1, 1, 1, 1], 'branch points are counted without, too');
  assert.match(compared(points, true)[4].changes[0], /arteries, veins and disc/);
});
