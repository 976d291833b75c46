// Where the temple is, and where up is, as in the service's regional measurements.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import './support/browser.js';
import { directions } from '../../site/js/viewer/zones.js';

const DISC = { x: 500, y: 500 };

test('by the fovea, which lies towards the temple', () => {
  assert.deepEqual(directions(DISC, { x: 200, y: 500 }, null), { temporal: { x: -1, y: 0 }, superior: { x: -0, y: -1 } }, 'a right eye');
  assert.deepEqual(directions(DISC, { x: 800, y: 500 }, 'left'), { temporal: { x: 1, y: 0 }, superior: { x: 0, y: -1 } });
  const tilted = directions(DISC, { x: 800, y: 900 }, 'right');
  assert.deepEqual(tilted, { temporal: { x: 0.6, y: 0.8 }, superior: { x: -0.8, y: 0.6 } }, 'a turned photograph of a known eye');
});

test('without the fovea by the eye, and not at all if neither tells', () => {
  assert.deepEqual(directions(DISC, null, 'right'), { temporal: { x: -1, y: 0 }, superior: { x: 0, y: -1 } });
  assert.equal(directions(DISC, null, null), null);
  assert.equal(directions(DISC, { x: 510, y: 900 }, null), null, 'turned');
  assert.equal(directions(DISC, { x: 200, y: 500 }, 'left'), null, 'the fovea is on the side of the nose');
});
