// Polling while the page is visible.

import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';

import { see } from './support/browser.js';
import { settled } from './support/service.js';
import { createPulse } from '../../site/js/api/pulse.js';

const PAUSE_MS = 2_000;

/** @param {number} ms */
async function pass(ms) {
  mock.timers.tick(ms);
  await settled();
}

/** A pulse that counts its beats, which end at once. */
function counted() {
  const beats = { count: 0 };
  const beat = () => {
    beats.count += 1;
    return Promise.resolve();
  };
  return { beats, pulse: createPulse(beat, PAUSE_MS) };
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  see(true);
});

test('it calls at once, then after every pause, until it is stopped', async () => {
  const { beats, pulse } = counted();
  await pulse.start();
  assert.equal(beats.count, 1);
  await pass(PAUSE_MS - 1);
  assert.equal(beats.count, 1);
  await pass(1);
  assert.equal(beats.count, 2);
  pulse.stop();
  await pass(10 * PAUSE_MS);
  assert.equal(beats.count, 2);
});

test('no calls while the page is hidden, and one as soon as it is visible again', async () => {
  const { beats, pulse } = counted();
  await pulse.start();
  see(false);
  await pass(10 * PAUSE_MS);
  assert.equal(beats.count, 1);
  see(true);
  await settled();
  assert.equal(beats.count, 2);
  await pass(PAUSE_MS);
  assert.equal(beats.count, 3);
  pulse.stop();
});

test('calls never overlap when visibility changes', async () => {
  let [running, most] = [0, 0];
  /** @type {() => void} */
  let end = () => {};
  const pulse = createPulse(async () => {
    running += 1;
    most = Math.max(most, running);
    await /** @type {Promise<void>} */ (new Promise((resolve) => (end = resolve)));
    running -= 1;
  }, PAUSE_MS);
  void pulse.start();
  see(false);
  see(true);
  await settled();
  assert.equal(most, 1);
  pulse.stop();
  end();
  await settled();
});

test('stopped by its own call, it stays stopped and can be started again', async () => {
  let beats = 0;
  const pulse = createPulse(() => {
    beats += 1;
    pulse.stop();
    return Promise.resolve();
  }, PAUSE_MS);
  await pulse.start();
  await pass(10 * PAUSE_MS);
  assert.equal(beats, 1);
  await pulse.start();
  assert.equal(beats, 2);
});

test('a failed call does not block the next start', async () => {
  let beats = 0;
  const pulse = createPulse(() => {
    beats += 1;
    return beats === 1 ? Promise.reject(new Error('once')) : Promise.resolve();
  }, PAUSE_MS);
  await assert.rejects(pulse.start(), /once/);
  await pulse.start();
  assert.equal(beats, 2);
  pulse.stop();
});
