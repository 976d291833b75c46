// Amounts of money: whole numbers of the smallest unit, whatever the currency.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { priceEach, priceOf } from '../../site/js/ui/money.js';

test('an amount is written in its currency', () => {
  assert.equal(priceOf(900, 'eur'), '€9.00');
  assert.equal(priceOf(69_000, 'usd'), '$690.00');
  assert.equal(priceOf(900, 'jpy'), '¥900');
});

test('the price of one credit has as many digits as tell packs apart', () => {
  assert.equal(priceEach({ amount: 900, credits: 100 }, 'eur'), '€0.09');
  assert.equal(priceEach({ amount: 7900, credits: 1000 }, 'eur'), '€0.079');
  assert.equal(priceEach({ amount: 69_000, credits: 10_000 }, 'eur'), '€0.069');
  assert.equal(priceEach({ amount: 900, credits: 100 }, 'jpy'), '¥9');
});
