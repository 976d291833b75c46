// Amounts of money: whole numbers of the smallest unit, whatever the currency.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { creditsOf, priceEach, priceOf } from '../../site/js/ui/money.js';

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

test('the price of one credit is not rounded above the smallest unit of the currency', () => {
  assert.equal(priceEach({ amount: 1234, credits: 1 }, 'jpy'), '¥1,234');
  assert.equal(priceEach({ amount: 123_456, credits: 100 }, 'eur'), '€12.35');
  assert.equal(priceEach({ amount: 123_456, credits: 1 }, 'eur'), '€1,234.56');
  assert.equal(priceEach({ amount: 10_000, credits: 1000 }, 'eur'), '€0.10');
  assert.equal(priceEach({ amount: 50, credits: 1_000_000 }, 'eur'), '€0.0000005');
});

test('one credit is not several', () => {
  assert.deepEqual([1, 2, 1000].map(creditsOf), ['1 credit', '2 credits', '1,000 credits']);
});
