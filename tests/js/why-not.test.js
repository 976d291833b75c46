// A tool that is disabled says why.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import './support/browser.js';
import { whyNot } from '../../site/js/correction/why-not.js';
import { reasonAgainst } from '../../site/js/viewer/reasons.js';

test('why vessels cannot be corrected', () => {
  const can = /** @type {Parameters<typeof whyNot>[0]} */ (/** @type {unknown} */ ({ look: async () => {}, pictures: {}, fallback: null }));
  assert.equal(whyNot(can), null);
  assert.match(whyNot({ ...can, fallback: 'large' }) ?? '', /cannot show/);
  assert.match(whyNot({ ...can, look: null }) ?? '', /cannot be corrected/);
});

test('why a tool has nothing to show', () => {
  const can = /** @type {Parameters<typeof reasonAgainst>[1]} */ (/** @type {unknown} */ ({ look: async () => {}, urls: { photograph: 'blob:1' } }));
  for (const tool of /** @type {const} */ (['wipe', 'loupe', 'probability', 'distance'])) assert.equal(reasonAgainst(tool, can), null);
  assert.match(reasonAgainst('wipe', { ...can, urls: { ...can.urls, photograph: null } }) ?? '', /nothing to wipe/);
  assert.match(reasonAgainst('probability', { ...can, look: null }) ?? '', /no probabilities/);
});
