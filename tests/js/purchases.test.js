// What the account page says of purchases.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { json, serve, signIn } from './support/service.js';
import { buy } from '../../site/js/account/purchases.js';
import { stateOf, statusOf } from '../../site/js/account/purchase-words.js';

/** @import { PurchaseResponse } from 'openapi' */

/** @type {PurchaseResponse} */
const PURCHASE = {
  id: 'a',
  created: '2026-11-26T10:00:00Z',
  credits: 1000,
  amount: 7900,
  currency: 'eur',
  total: 7900,
  state: 'credited',
  refunded: 0,
  taken_back: 0,
  missing: 0,
  receipt: null,
};

test('a paid purchase is confirmed to whoever comes back from paying', () => {
  assert.equal(statusOf(PURCHASE), 'Thank you. 1,000 credits were added.');
  assert.equal(statusOf({ ...PURCHASE, credits: 1 }), 'Thank you. 1 credit was added.');
  assert.match(statusOf({ ...PURCHASE, state: 'created' }), /not confirmed yet/);
  assert.equal(statusOf({ ...PURCHASE, state: 'refunded' }), '');
});

test('states are said in words, with what was taken back and what was spent', () => {
  assert.equal(stateOf(PURCHASE), 'Paid');
  assert.equal(stateOf({ ...PURCHASE, state: 'created' }), 'Not paid yet');
  assert.equal(stateOf({ ...PURCHASE, state: 'not_paid' }), 'Not paid');
  assert.equal(stateOf({ ...PURCHASE, state: 'refunded', taken_back: 1000 }), 'Refunded: 1,000 credits taken back');
  const spent = { ...PURCHASE, taken_back: 600, missing: 400 };
  assert.equal(stateOf({ ...spent, state: 'disputed' }), 'Disputed: 600 credits taken back, 400 were spent');
  assert.equal(stateOf({ ...spent, taken_back: 1, missing: 1, state: 'disputed' }), 'Disputed: 1 credit taken back, 1 was spent');
});

test('a purchase opens the account of a new person before it begins', async () => {
  await signIn();
  /** @type {string[]} */
  const visited = [];
  Object.assign(location, { assign: (/** @type {string} */ url) => visited.push(url) });
  const calls = serve(({ path }) => json(path === '/api/v1/purchases' ? { ...PURCHASE, url: 'https://pay.example/1' } : {}));
  await buy(1000);
  assert.deepEqual(
    calls.map(({ method, path }) => `${method} ${path}`),
    ['GET /api/v1/usage', 'POST /api/v1/purchases'],
  );
  assert.deepEqual(visited, ['https://pay.example/1']);
});
