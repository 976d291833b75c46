// When a smaller copy of a photograph is offered, and what it is called.

import './support/browser.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { reducedName } from '../../site/js/files/reduced-copy.js';
import { isWorthReducing } from '../../site/js/files/sending.js';

const LARGE = { width: 3504, height: 2336 };
const MIB = 2 ** 20;

test('it is offered for a large photograph on a slow line, after a few seconds', () => {
  const slow = { bytes: MIB, of: 10 * MIB, elapsedMs: 5000 };
  assert.equal(isWorthReducing(LARGE, slow), true);
  assert.equal(isWorthReducing(LARGE, { ...slow, bytes: 0 }), true, 'nothing moves');
  assert.equal(isWorthReducing(LARGE, { ...slow, elapsedMs: 2000 }), false, 'it is too early to know');
  assert.equal(isWorthReducing(LARGE, { ...slow, bytes: 5 * MIB }), false, 'five seconds are left');
  assert.equal(isWorthReducing(LARGE, { bytes: 0, of: 4 * MIB, elapsedMs: 5000 }), false, 'it is small');
  assert.equal(isWorthReducing({ width: 2048, height: 2048 }, slow), false, 'there is nothing to reduce');
  assert.equal(isWorthReducing(null, slow), false, 'the browser cannot show it');
});

test('its name says what it is', () => {
  assert.equal(reducedName('visit/eye.png', LARGE), 'eye, reduced from 3504 × 2336.jpg');
});
