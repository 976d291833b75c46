// Whether two values differ by more than two photographs of the same retina do, and how that is said.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bandAround, changeOf, changeSince, inWords, mayBeChance } from '../../site/js/history/repeatability.js';

const LENGTH = {
  name: 'crae', label: 'CRAE', group: 'overview', symbol: 'CRAE', unit: 'px', definition: '', source: '',
  minimum: 0, maximum: null, example: 150, scopes: [], uses_structures: false, display: { factor: 1, decimals: 1, unit: 'px', context: '' }, repeatability: null,
};
const RELATIVE = { ...LENGTH, repeatability: { coefficient: 0.1, relative: true, photographs: 20 } };
const ABSOLUTE = { ...LENGTH, repeatability: { coefficient: 2, relative: false, photographs: 20 } };
const SHARE = { ...ABSOLUTE, display: { factor: 100, decimals: 1, unit: '%', context: '' }, repeatability: { coefficient: 0.0042, relative: false, photographs: 20 } };

test('an absolute repeatability is the same for every value', () => {
  assert.deepEqual(bandAround(ABSOLUTE, 10), [8, 12]);
  assert.ok(mayBeChance(ABSOLUTE, 10, 11.9) && mayBeChance(ABSOLUTE, 10, 8.1));
  assert.ok(!mayBeChance(ABSOLUTE, 10, 12.1) && !mayBeChance(ABSOLUTE, 10, 7.9));
});

test('a relative one is a share of the mean of both values, whichever comes first', () => {
  const [low, high] = bandAround(RELATIVE, 10) ?? [0, 0];
  assert.ok(Math.abs((high - 10) / ((high + 10) / 2) - 0.1) < 1e-9);
  assert.ok(Math.abs((10 - low) / ((low + 10) / 2) - 0.1) < 1e-9);
  for (const other of [9, 9.1, 10.9, 11.1]) assert.equal(mayBeChance(RELATIVE, 10, other), mayBeChance(RELATIVE, other, 10));
  assert.ok(mayBeChance(RELATIVE, 10, 11) && !mayBeChance(RELATIVE, 10, 11.1));
});

test('a relative one of 200 % or more still has an end', () => {
  const [, high] = bandAround({ repeatability: { coefficient: 3, relative: true, photographs: 20 } }, 1) ?? [0, 0];
  assert.ok(high > 1 && Number.isFinite(high));
});

test('nothing is called chance where the repeatability is not known', () => {
  assert.equal(bandAround(LENGTH, 10), null);
  assert.equal(mayBeChance(LENGTH, 10, 10), false);
  assert.equal(inWords(LENGTH), '');
});

test('a change has a sign and a unit', () => {
  assert.equal(changeOf(LENGTH, 10, 12.3), '+2.3\u00a0px');
  assert.equal(changeOf(LENGTH, 12.3, 10), '−2.3\u00a0px');
  assert.equal(changeOf(SHARE, 0.1, 0.105), '+0.5 percentage points');
});

test('the repeatability in words', () => {
  assert.match(inWords(RELATIVE), /^Repeatability: 10\u00a0% of the value\. .*\(simulated\)\.$/);
  assert.match(inWords(ABSOLUTE), /^Repeatability: 2\u00a0px\./);
  assert.match(inWords(SHARE), /^Repeatability: 0\.42 percentage points\./);
});

test('a change is counted since the last value that can be compared', () => {
  const made = { on: '2026-01-01', model_sha256: '', threshold: 0.5, canvas: '', flips: false, expected_dice: null };
  const points = [
    { ...made, id: 'a', value: 10, changes: [] },
    { ...made, id: 'b', value: null, changes: [] },
    { ...made, id: 'c', value: 11, changes: [] },
    { ...made, id: 'd', value: 20, changes: [] },
    { ...made, id: 'e', value: null, changes: ['another model'] },
    { ...made, id: 'f', value: 21, changes: [] },
  ];
  const words = points.map((_, i) => changeSince(ABSOLUTE, points, i));
  assert.deepEqual(words, ['', '', '+1.0\u00a0px (may be chance)', '+9.0\u00a0px', '', '']);
});
