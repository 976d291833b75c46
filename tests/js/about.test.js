// What the service says about itself: measurements and limits.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { json, problem, serve } from './support/service.js';
import { limits, measurementList } from '../../site/js/api/about.js';

test('a failed list is reported and fetched again, then cached', async () => {
  serve(() => problem('busy', 503));
  await assert.rejects(measurementList(), { code: 'no_measurements', message: /could not be fetched/ });
  const calls = serve(() => json({ measurements: [] }));
  assert.deepEqual([await measurementList(), await measurementList()], [[], []]);
  assert.deepEqual(calls.map(({ method, path }) => `${method} ${path}`), ['GET /api/v1/measurements']);
});

test('limits come from the service', async () => {
  serve(() => problem('not_found', 404));
  assert.equal((await limits()).batch_items, 10_000);
});
