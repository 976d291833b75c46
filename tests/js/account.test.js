// What the account page says of API keys, of charges by day, and of few credits.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import './support/browser.js';
import { lastDayOf, networksIn, notesOf, plain, spendingOf } from '../../site/js/account/key-words.js';
import { DAYS, daily, wordsOf } from '../../site/js/account/usage-chart.js';
import { historyOf, limitsOf, noticeOf } from '../../site/js/account/usage.js';

/** @import { KeyResponse } from 'openapi' */

/** @type {KeyResponse} */
const KEY = {
  id: '5f4d1c2a7e0a7b4b',
  name: 'Reading centre',
  created: '2026-11-24T13:05:00.123456Z',
  scopes: ['predict', 'read'],
  expires: null,
  used: null,
  credits_per_day: null,
  credits_per_month: null,
  addresses: [],
  spent_today: 1,
  spent_this_month: 1200,
};

test('a key says what it may, from where, and until when', () => {
  const [id, may, life] = notesOf(KEY);
  assert.match(id, /^rk_5f4d1c2a7e0a7b4b_…, created /);
  assert.equal(may, 'May predict and read');
  assert.equal(life, 'Valid until revoked, never used');
  const limited = { ...KEY, addresses: ['203.0.113.7/32', '203.0.113.0/24'], expires: '2027-07-01T00:00:00.000000Z' };
  assert.equal(notesOf(limited)[2], 'Only from 203.0.113.7 and 203.0.113.0/24');
  assert.match(notesOf(limited, new Date('2026-12-01'))[3], /^Valid until .* 2027/);
  assert.match(notesOf(limited, new Date('2028-01-01'))[3], /^Expired, /);
});

test('what is spent is told with its limit, where there is one', () => {
  assert.deepEqual(spendingOf(KEY).map(({ words }) => words), ['1 credit today', '1,200 credits this month']);
  const limited = { ...KEY, credits_per_day: 500, credits_per_month: 1 };
  assert.deepEqual(spendingOf(limited).map(({ words }) => words), ['1 of 500 credits today', '1,200 of 1 credit this month']);
});

test('addresses are read as people write lists', () => {
  assert.deepEqual(networksIn(' 203.0.113.0/24, 2001:db8::/32;\n198.51.100.7 '), ['203.0.113.0/24', '2001:db8::/32', '198.51.100.7']);
  assert.deepEqual(networksIn(' \n'), []);
  assert.deepEqual(['203.0.113.7/32', '2001:db8::1/128', '2001:db8::/32'].map(plain), ['203.0.113.7', '2001:db8::1', '2001:db8::/32']);
});

test('the last day of a key is the one before it expires', () => {
  assert.equal(lastDayOf('2027-07-01T00:00:00.000000Z'), '2027-06-30');
  assert.equal(lastDayOf('2027-07-01T12:00:00.000000Z'), '2027-07-01');
  assert.equal(lastDayOf(null), '');
});

test('credits by day, of all keys or of one', () => {
  const now = new Date('2026-11-27T23:30:00Z');
  const charges = [
    { day: '2026-11-27', key_id: 'a', credits: 2 },
    { day: '2026-11-27', key_id: '', credits: 3 },
    { day: '2026-10-29', key_id: 'a', credits: 4 },
    { day: '2026-10-28', key_id: 'a', credits: 100 },
  ];
  const all = daily(charges, null, now);
  assert.equal(all.length, DAYS);
  assert.deepEqual([all[0], all[DAYS - 1]], [{ day: '2026-10-29', credits: 4 }, { day: '2026-11-27', credits: 5 }]);
  assert.deepEqual(['a', '', 'b'].map((key) => daily(charges, key, now).reduce((sum, { credits }) => sum + credits, 0)), [6, 3, 0]);
  assert.equal(wordsOf(all), '9 credits in the last 30 days. Most on 27 Nov 2026: 5.');
  assert.equal(wordsOf(daily([], null, now)), '0 credits in the last 30 days.');
});

test('few credits, one, and none', () => {
  assert.match(noticeOf(1), /^Few credits are left: 1 credit for/);
  assert.match(noticeOf(10), /: 10 credits for/);
  assert.match(noticeOf(0), /^There are no credits left/);
});

test('the bytes of the history, with the limit', () => {
  assert.equal(historyOf({ bytes: 0, most_bytes: 2 ** 31 }), '0\u00a0MiB of 2\u00a0GiB');
  assert.equal(historyOf({ bytes: 2 ** 31 + 2 ** 29, most_bytes: 2 ** 31 }), '2.5\u00a0GiB of 2\u00a0GiB');
});

test('batches and their bytes, with the limits', () => {
  const limits = { batches: 3, most_batches: 1000, bytes: 1.5 * 2 ** 20, most_bytes: 50 * 2 ** 30, paid: true };
  assert.equal(limitsOf(limits), '3 of 1,000; unfinished photographs 1.5\u00a0MiB of 50\u00a0GiB');
});
