import assert from 'node:assert/strict';
import { test } from 'node:test';

import { decimal, language, plural, t, tNodes, written } from '../../site/js/ui/language.js';

test('without a page texts are English', () => {
  assert.equal(language, 'en');
  assert.equal(t('{name} added.', { name: 'left.jpg' }), 'left.jpg added.');
  assert.equal(t('{name} of {name}', { name: '{other}', other: 1 }), '{other} of {other}');
});

test('what is counted is one thing or several', () => {
  assert.equal(plural(1, '{n} photograph', '{n} photographs'), '1 photograph');
  assert.equal(plural(0, '{n} photograph', '{n} photographs'), '0 photographs');
  assert.equal(plural(1200, '{n} photograph in {place}', '{n} photographs in {place}', { place: 'a batch' }), '1,200 photographs in a batch');
});

test('elements may stand in a sentence', () => {
  assert.deepEqual(tNodes('Press {key} to undo.', { key: 'Z' }), ['Press ', 'Z', ' to undo.']);
});

test('decimals are written as the language writes them', () => {
  assert.equal(decimal(1234.5678, 2), '1234.57');
  assert.equal(decimal(0.8, 3), '0.800');
});

test('numbers of the service are written as the language writes them', () => {
  assert.deepEqual(['10,240', '1,000.5', '0.50', '2048', '7'].map((each) => written(each, 'de')), ['10.240', '1.000,5', '0,50', '2048', '7']);
  assert.equal(written('10,240', 'fr'), '10\u202f240');
  const others = ['0123456789abcdef0123456789abcdef', '2026.05.04', '1,2', '00012345678901234567890123456789'];
  assert.deepEqual(others.map((each) => written(each, 'de')), others);
});
