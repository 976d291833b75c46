// Reading subject, eye and date from file names.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { dayOf, readerOf, suggested } from '../../site/js/files/labels.js';

/**
 * @param {string} pattern
 * @param {string} name
 */
function read(pattern, name) {
  const labels = readerOf(pattern)(name);
  return labels && [labels.subject, labels.eye, labels.taken_on];
}

test('subject, eye and date are read from the name without its folder and extension', () => {
  assert.deepEqual(read('{subject}_{eye}_{date}', 'P-0017_OD_2026-05-04.jpg'), ['P-0017', 'right', '2026-05-04']);
  assert.deepEqual(read('{subject}_{eye}_{date}', 'some/folder/P-0017_left_20260504.tif'), ['P-0017', 'left', '2026-05-04']);
  assert.deepEqual(read('{subject}-{eye}', 'P-0017-L.jpg'), ['P-0017', 'left', null]);
  assert.deepEqual(read('{subject}_{date}', 'A b_4.5.2026.png'), ['A b', 'unknown', '2026-05-04']);
  assert.deepEqual(read('{subject}_{eye}_{any}', '12_OS_macula_3.jpg'), ['12', 'left', null]);
  assert.deepEqual(read('{subject}/{any}', 'study/P1/photo.jpg'), ['P1', 'unknown', null]);
});

test('a name that does not fit has no labels', () => {
  for (const name of ['P-0017.jpg', 'P-0017_X_2026-05-04.jpg', 'P_OD_2026-13-04.jpg', 'P_OD_2026-02-30.jpg', '_OD_2026-05-04.jpg']) {
    assert.equal(read('{subject}_{eye}_{date}', name), null, name);
  }
});

test('everything else in a pattern stands for itself', () => {
  assert.deepEqual(read('(a.b)* {subject}', '(a.b)* P1.jpg'), ['P1', 'unknown', null]);
  assert.equal(read('a.b{subject}', 'axbP1.jpg'), null);
});

test('a pattern that cannot be used is explained', () => {
  for (const [pattern, words] of [
    ['{name}', '{name} is not known'], ['{subject}{subject}', 'once'], ['plain', 'needs'], ['', 'needs'], ['{any}{any}{any}{eye}', 'twice'],
    ['{any}{subject}', 'Put a character between {any} and {subject}'], ['{subject}_{date}{any}', 'Put a character between {date} and {any}'],
    ['{__proto__}', 'not known'], [`{subject}${'x'.repeat(300)}`, 'too long'],
  ]) assert.throws(() => readerOf(pattern), new RegExp(words));
});

test('a hostile name is read to its end', () => {
  assert.equal(read('{any}_{any}_{subject}_{eye}_{date}', 'a_'.repeat(127)), null);
  assert.equal(read('{subject}', 'a'.repeat(300))?.[0]?.length, 100);
  assert.equal(read('{subject}', 'a'.repeat(301)), null, 'too long to be tried');
});

test('days that do not exist or are to come are no days', () => {
  assert.equal(dayOf('2024-2-29'), '2024-02-29');
  for (const text of ['2023-02-29', '20261301', '0.1.2020', '2999-01-01', '1800-01-01', '']) assert.equal(dayOf(text), null, text);
});

test('the pattern that reads most is suggested', () => {
  assert.equal(suggested(['P1_OD_2026-05-04.jpg', 'P1_OS_2026-05-04.jpg']), '{subject}_{eye}_{date}');
  assert.equal(suggested(['P1_20260504_R.jpg']), '{subject}_{date}_{eye}');
  assert.equal(suggested(['P1-left.jpg', 'P2-right.jpg', 'x.jpg']), '{subject}-{eye}');
  assert.equal(suggested(['01_h.jpg', '02_dr.jpg']), '{subject}');
  assert.equal(suggested([]), '{subject}');
});
