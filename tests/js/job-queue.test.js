// Jobs run in order, a limited number at once.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createQueue } from '../../site/js/files/job-queue.js';
import { settled } from './support/service.js';

/** Jobs that run until `end(number)` is called, and the numbers of those that have begun. */
function jobs() {
  /** @type {number[]} */
  const begun = [];
  /** @type {Map<number, () => void>} */
  const ends = new Map();
  /** @param {number} number */
  const job = (number) => () => {
    begun.push(number);
    return /** @type {Promise<void>} */ (new Promise((resolve) => ends.set(number, resolve)));
  };
  return { begun, job, end: (/** @type {number} */ number) => ends.get(number)?.() };
}

test('jobs run in order, up to the width at once', async () => {
  const { begun, job, end } = jobs();
  const enqueue = createQueue(2);
  for (const number of [1, 2, 3, 4]) enqueue(job(number));
  assert.deepEqual(begun, [], 'a job begins after the code that queued it is through');
  await settled();
  assert.deepEqual(begun, [1, 2]);
  end(2);
  await settled();
  assert.deepEqual(begun, [1, 2, 3]);
  end(1);
  end(3);
  await settled();
  assert.deepEqual(begun, [1, 2, 3, 4]);
});

test('an empty queue accepts further jobs', async () => {
  const { begun, job, end } = jobs();
  const enqueue = createQueue(1);
  enqueue(job(1));
  await settled();
  end(1);
  await settled();
  enqueue(job(2));
  await settled();
  assert.deepEqual(begun, [1, 2]);
});
