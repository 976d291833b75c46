// The drawing of a distribution, and what the page says about the statistics of a batch.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import './support/browser.js';
import { bars, placeOf } from '../../site/js/batches/distribution.js';
import { noteOf } from '../../site/js/batches/statistics.js';

test('the highest bar has all the room, and one photograph can be seen', () => {
  const drawn = bars([1000, 1, 0]);
  assert.deepEqual(drawn.map(({ height }) => height), [28, 1.5, 0]);
  assert.ok(drawn.every(({ y, height }) => y + height === 28));
  assert.ok(drawn.every(({ x }, i) => i === 0 || x > drawn[i - 1].x));
});

test('values lie between the ends, a single one in the middle', () => {
  assert.deepEqual([2, 3, 4].map((value) => placeOf(value, { low: 2, high: 4 })), [1, 80, 159]);
  assert.equal(placeOf(2, { low: 2, high: 2 }), 80);
});

test('an empty batch, a tiny one, and what cannot be compared', () => {
  const statistics = { photographs: 0, grades: {}, differing: /** @type {string[]} */ ([]), measurements: [] };
  assert.equal(noteOf(statistics, 7), 'No photograph of this batch has a result yet.');
  assert.match(noteOf({ ...statistics, photographs: 4 }, 7), /^4 of 7 photographs have a result\. With fewer than five/);
  assert.equal(noteOf({ ...statistics, photographs: 1200 }, 10_000), '1,200 of 10,000 photographs have a result.');
  assert.match(noteOf({ ...statistics, photographs: 9, differing: ['canvas'] }, 9), /Not the same for all of them: the size seen by the network\./);
});
