// Thumbnails have the proportions of their photographs.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fitted } from '../../site/js/ui/proportions.js';

test('a photograph is fitted into a square without being squeezed', () => {
  assert.deepEqual(fitted({ width: 1504, height: 1000 }, 128), { width: 128, height: 85 });
  assert.deepEqual(fitted({ width: 1000, height: 1504 }, 44), { width: 29, height: 44 });
  assert.deepEqual(fitted({ width: 64, height: 64 }, 128), { width: 128, height: 128 });
  assert.deepEqual(fitted({ width: 20000, height: 3 }, 44), { width: 44, height: 1 });
});
