// The receipt of a deletion in words.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { receiptOf } from '../../site/js/ui/receipt.js';

const NOTHING = {
  predictions: 0, batches: 0, pictures: 0, uploads: 0, answers: 0, exports: 0, exports_made_anew: 0, keys: 0, corrections: 0, remains: [],
};

test('a receipt with one, many and no items', () => {
  assert.equal(receiptOf({ ...NOTHING, predictions: 1, pictures: 4 }), 'Deleted: 1 saved photograph, 4 pictures.');
  assert.equal(receiptOf({ ...NOTHING, uploads: 12_345, keys: 1 }), 'Deleted: 12,345 uploaded photographs, 1 API key.');
  assert.equal(receiptOf(NOTHING), 'Deleted: nothing.');
});

test('what remains is stated, unless it remains for no time', () => {
  const remains = [{ what: 'Backups stay for 35 days.', days: 35 }, { what: 'Nobody reads this.', days: 0 }];
  assert.equal(receiptOf({ ...NOTHING, batches: 2, remains }), 'Deleted: 2 batches. Backups stay for 35 days.');
});
