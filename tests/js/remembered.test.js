// What the browser keeps for the page, and what lasts as long as the page where it keeps nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { keepInTab, keptInTab, remember, remembered } from '../../site/js/ui/remembered.js';

/** As in a window whose site data are blocked: even to look is an error. */
function block() {
  for (const name of ['localStorage', 'sessionStorage']) {
    Object.defineProperty(globalThis, name, {
      configurable: true,
      get() {
        throw new DOMException('Access is denied for this document.', 'SecurityError');
      },
    });
  }
}

/** @returns {Map<string, string>} what is stored */
function allow() {
  /** @type {Map<string, string>} */
  const stored = new Map();
  const storage = {
    getItem: (/** @type {string} */ name) => stored.get(name) ?? null,
    setItem: (/** @type {string} */ name, /** @type {string} */ value) => stored.set(name, value),
    removeItem: (/** @type {string} */ name) => stored.delete(name),
  };
  for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(globalThis, name, { configurable: true, value: storage });
  return stored;
}

test('what a browser stores is there at the next visit', () => {
  const stored = allow();
  assert.deepEqual([remember('language', 'de'), keepInTab('tab', 'a')], [true, true]);
  assert.deepEqual(Object.fromEntries(stored), { 'retina.language': 'de', tab: 'a' });
  assert.deepEqual([remembered('language'), keptInTab('tab'), remembered('other')], ['de', 'a', null]);
  assert.ok(keepInTab('tab', null));
  assert.equal(keptInTab('tab'), null);
});

test('where a browser stores nothing it lasts as long as the page, and the caller hears of it', () => {
  block();
  assert.deepEqual([remembered('language'), keptInTab('tab')], [null, null]);
  assert.deepEqual([remember('language', 'fr'), keepInTab('tab', 'b')], [false, false]);
  assert.deepEqual([remembered('language'), keptInTab('tab')], ['fr', 'b']);
  keepInTab('tab', null);
  assert.equal(keptInTab('tab'), null);
  const stored = allow();
  assert.ok(remember('language', 'es'));
  assert.deepEqual([remembered('language'), stored.get('retina.language')], ['es', 'es']);
});
