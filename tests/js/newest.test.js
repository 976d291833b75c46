// Of two questions the newer one counts, whichever is answered first.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNewest } from '../../site/js/ui/newest.js';

test('the answer of an older question counts for nothing, though it comes later', async () => {
  const newest = createNewest();
  let answer = (/** @type {string} */ _) => {};
  const first = newest(new Promise((/** @type {(answer: string) => void} */ resolve) => (answer = resolve)));
  assert.equal(await newest(Promise.resolve('newer')), 'newer');
  answer('older');
  assert.equal(await first, null);
});

test('nor does its failure; that of the newest is told', async () => {
  const newest = createNewest();
  const first = newest(Promise.reject(new Error('older')));
  const second = newest(Promise.reject(new Error('newer')));
  assert.equal(await first, null);
  await assert.rejects(second, /newer/);
});
