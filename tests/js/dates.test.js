// Days are the same in every time zone; times are in the reader's own.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { dayOf, timeOf, utcTimeOf } from '../../site/js/ui/dates.js';

const ZONES = ['Pacific/Kiritimati', 'UTC', 'Europe/Berlin', 'America/Los_Angeles', 'Pacific/Pago_Pago'];

test('a day without a time is the same day in every time zone', () => {
  for (const zone of ZONES) {
    process.env.TZ = zone;
    assert.equal(dayOf('2026-03-01'), '1 Mar 2026', zone);
    assert.equal(dayOf('2024-12-31'), '31 Dec 2024', zone);
  }
});

test('a time is shown in the reader’s time zone', () => {
  process.env.TZ = 'Asia/Tokyo';
  assert.equal(timeOf('2026-03-01T23:30:00Z'), '2 Mar 2026, 08:30');
  assert.equal(dayOf('2026-03-01T23:30:00Z'), '2 Mar 2026');
  process.env.TZ = 'UTC';
  assert.equal(timeOf('2026-03-01T23:30:00Z'), '1 Mar 2026, 23:30');
});

test('the time of a visit is in UTC everywhere, as its day is', () => {
  for (const zone of ZONES) {
    process.env.TZ = zone;
    assert.equal(utcTimeOf('2026-03-02T02:00:00.123456Z'), '2 Mar 2026, 02:00 UTC', zone);
  }
});
