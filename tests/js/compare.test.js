// Two visits of an eye: which one comes first.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import './support/browser.js';
import { byVisit } from '../../site/js/history/compare.js';

test('visits of one day are in the order in which they were saved', () => {
  const visits = [
    { id: 3, day: '2026-05-04', saved: '2026-05-04T15:00:00Z' },
    { id: 2, day: '2026-05-04', saved: '2026-05-04T10:00:00+02:00' },
    { id: 1, day: '2026-05-03', saved: '2026-06-01T10:00:00Z' },
  ];
  assert.deepEqual(visits.sort(byVisit).map(({ id }) => id), [1, 2, 3]);
});
