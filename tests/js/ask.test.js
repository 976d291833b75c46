// The worker of a correction that fails: whoever waits for it is told, and the next question starts another.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import './support/browser.js';
import { answer, requests, workers } from './support/correction-worker.js';
import { ask } from '../../site/js/correction/ask.js';

for (const trouble of ['error', 'messageerror']) {
  test(`all who wait are told of an event “${trouble}”, and it can be tried again`, async () => {
    const waiting = [ask({ open: {} }), ask({ open: {} })];
    const failed = workers[workers.length - 1];
    failed.dispatchEvent(new Event(trouble));
    requests.length = 0;
    for (const each of waiting) await assert.rejects(each, { code: 'worker_failed', message: /could not be loaded.*try again/ });
    assert.ok(failed.isEnded);
    const again = ask({ open: {} });
    await answer(() => ({ plane: new Uint8Array(1) }));
    assert.equal((await again).plane?.length, 1);
    assert.notEqual(workers[workers.length - 1], failed);
  });
}

test('only what is too large is said to be so', async () => {
  const [large, other] = [ask({ open: {} }), ask({ open: {} })];
  const refused = [assert.rejects(large, { code: 'too_large', message: /of that size/ }), assert.rejects(other, { message: 'InvalidStateError' })];
  await answer(() => ({ error: 'RangeError', tooLarge: true }));
  await answer(() => ({ error: 'InvalidStateError', tooLarge: false }));
  await Promise.all(refused);
});
