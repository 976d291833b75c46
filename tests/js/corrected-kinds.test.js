// A person's arteries and veins in the colours of the service's picture.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import './support/browser.js';
import { combine } from '../../site/js/history/corrected-kinds.js';

/** @param {number[]} bits */
const mask = (...bits) => Uint8ClampedArray.from(bits.flatMap((bit) => [255 * bit, 255 * bit, 255 * bit, 255]));

test('arteries are red, veins blue, both or neither white, and nothing is coloured off the vessels', () => {
  const vessels = mask(1, 1, 1, 1, 0);
  combine([vessels, mask(1, 0, 1, 0, 1), mask(0, 1, 1, 0, 0)]);
  const pixels = [...Array(5).keys()].map((i) => [...vessels.slice(4 * i, 4 * i + 3)]);
  assert.deepEqual(pixels, [[255, 0, 0], [0, 0, 255], [255, 255, 255], [255, 255, 255], [0, 0, 0]]);
});
