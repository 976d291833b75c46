// Unsaved work is known to other tabs, from when there is some until it is saved or given up.

import './support/browser.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createUnsaved } from '../../site/js/auth/unsaved.js';

/** As much of the browser's locks as two tabs need, which are granted at once or, with `grant`, later. */
function fakeLocks() {
  /** @type {string[][]} */
  const [held, asked] = [[], []];
  /** @type {(() => void)[]} */
  const waiting = [];
  const request = async (/** @type {string} */ name, /** @type {LockOptions} */ { mode }, /** @type {() => Promise<void>} */ hold) => {
    assert.equal(mode, 'shared');
    asked.push(name);
    await new Promise((/** @type {(value?: undefined) => void} */ resolve) => waiting.push(resolve));
    asked.splice(asked.indexOf(name), 1);
    held.push(name);
    await hold();
    held.splice(held.indexOf(name), 1);
  };
  const grant = async () => {
    for (const each of waiting.splice(0)) each();
    await new Promise(setImmediate);
  };
  const locks = /** @type {LockManager} */ (/** @type {unknown} */ ({ request, query: () => Promise.resolve({ held: held.map((name) => ({ name })), pending: asked.map((name) => ({ name })) }) }));
  return { locks, grant };
}

test('a tab sees the unsaved work of others, not its own', async () => {
  const { locks, grant } = fakeLocks();
  const [one, other] = [createUnsaved(locks), createUnsaved(locks)];
  one.note(true);
  one.note(true);
  assert.deepEqual([await one.isElsewhere(), await other.isElsewhere()], [false, true], 'before the browser grants the lock');
  await grant();
  assert.deepEqual([await one.isElsewhere(), await other.isElsewhere()], [false, true]);
  one.note(false);
  await grant();
  assert.equal(await other.isElsewhere(), false);
});

test('work that is saved before the browser grants the lock, and begun again, is known', async () => {
  const { locks, grant } = fakeLocks();
  const [one, other] = [createUnsaved(locks), createUnsaved(locks)];
  one.note(true);
  one.note(false);
  await grant();
  assert.equal(await other.isElsewhere(), false, 'nothing stays behind');
  one.note(true);
  one.note(false);
  one.note(true);
  await grant();
  assert.equal(await other.isElsewhere(), true);
});

test('a browser without locks says that there is nothing', async () => {
  const { note, isElsewhere } = createUnsaved(undefined);
  note(true);
  assert.equal(await isElsewhere(), false);
});
