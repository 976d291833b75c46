// When the page asks for the intervals of measurements, and how it writes them.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import './support/browser.js';
import { intervalsOf, lacksIntervals, measuredWith } from '../../site/js/viewer/measurement-intervals.js';

/** @typedef {import('../../site/js/files/segmentation.js').Result} Result */

/**
 * A result as far as these functions look at it.
 * @param {{ around?: string, kinds?: string, structures?: boolean, saved?: boolean }} properties
 */
function result({ around, kinds, structures = false, saved = false }) {
  const answer = { structures: structures ? { sha256: 'a' } : null };
  const measureAround = saved ? undefined : () => Promise.resolve();
  return /** @type {Result} */ (/** @type {unknown} */ ({ around, measureAround, urls: { artery_vein: kinds }, answer }));
}

test('intervals are asked for once, and again when more can be measured', () => {
  assert.ok(lacksIntervals(result({})));
  assert.ok(!lacksIntervals(result({ around: '' })));
  assert.ok(lacksIntervals(result({ around: '', structures: true })), 'the disc was found since');
  assert.ok(!lacksIntervals(result({ around: 'disc', structures: true })));
  assert.ok(lacksIntervals(result({ around: 'disc', structures: true, kinds: 'blob:1' })));
  assert.ok(!lacksIntervals(result({ around: 'artery_vein', structures: true, kinds: 'blob:1' })));
});

test('of a saved photograph there are those that were saved', () => {
  assert.ok(!lacksIntervals(result({ saved: true })));
  assert.deepEqual(intervalsOf(result({ saved: true })), {});
});

test('intervals are measured with what was found', () => {
  assert.deepEqual(measuredWith(result({})), []);
  assert.deepEqual(measuredWith(result({ structures: true })), ['disc']);
  assert.deepEqual(measuredWith(result({ structures: true, kinds: 'blob:1' })), ['artery_vein']);
});
