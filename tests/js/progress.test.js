// What the batch page says about payment.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { paidWords } from '../../site/js/batches/progress.js';

test('results are paid, what has none is not', () => {
  assert.equal(paidWords({ done: 0, rejected: 0, failed: 0 }), '');
  assert.equal(paidWords({ done: 1, rejected: 0, failed: 0 }), '1 photograph is paid, one credit each.');
  assert.equal(
    paidWords({ done: 1200, rejected: 2, failed: 1 }),
    '1,200 photographs are paid, one credit each. 3 without a result cost nothing; the table says why.',
  );
});
