// The red-free photograph and its equalised contrast.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { asPicture, equalised, green } from '../../site/js/viewer/grey.js';

const SIZE = { width: 64, height: 64 };

test('red-free is the green channel', () => {
  const plane = green(Uint8ClampedArray.of(200, 90, 10, 255, 180, 40, 7, 255));
  assert.deepEqual([...plane], [90, 40]);
  assert.deepEqual([...asPicture(plane)], [90, 90, 90, 255, 40, 40, 40, 255]);
});

test('a faint vessel stands out more once contrast is equalised', () => {
  const isVessel = (/** @type {number} */ i) => i % 16 === 5;
  const plane = Uint8Array.from({ length: 64 * 64 }, (_, i) => (isVessel(i) ? 90 : 110) + ((7 * i) % 20));
  /** @param {Uint8Array} of */
  const contrast = (of) => {
    const mean = (/** @type {boolean} */ vessel) => {
      const values = [...of].filter((_, i) => isVessel(i) === vessel);
      return values.reduce((sum, each) => sum + each, 0) / values.length;
    };
    return mean(false) - mean(true);
  };
  const [before, after] = [contrast(plane), contrast(equalised(plane, SIZE))];
  assert.ok(after > 1.5 * before, `${after} after ${before}`);
});

test('the black surround stays black, and brightness stays in order', () => {
  const plane = Uint8Array.from({ length: 64 * 64 }, (_, i) => (i % 64 < 24 ? 0 : 60 + (i % 64)));
  const found = equalised(plane, SIZE);
  assert.equal(found[0], 0);
  for (let x = 49; x < 56; x += 1) assert.ok(found[x] >= found[x - 1]);
});
