// The words for the expected agreement.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MATCH, matchOf } from '../../site/js/ui/match.js';

test('the better the expected agreement, the better the word', () => {
  const words = [0.82, 0.76, 0.75, 0.7, 0.69, null].map((dice) => matchOf({ expected_dice: dice }));
  assert.deepEqual(words, ['good', 'good', 'fair', 'fair', 'poor', 'unknown']);
  assert.equal(MATCH[words[0]], 'Good match expected');
});
