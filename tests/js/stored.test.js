// What is stored of a photograph on the start page, how it goes on, and which earlier photographs are offered.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import './support/browser.js';
import { continued, photographs, recordOf } from '../../site/js/storage/record.js';
import { asRefusal } from '../../site/js/storage/database.js';
import { sorted } from '../../site/js/storage/workspace.js';

/** @typedef {import('../../site/js/files/photograph-list.js').Photo} Photo */
/** @typedef {import('../../site/js/storage/record.js').StoredPhotograph} StoredPhotograph */

const PNG = new Blob(['png'], { type: 'image/png' });
const HOUR = 3600 * 1000;

/**
 * @param {Partial<Photo>} changes
 * @returns {Photo}
 */
function photo(changes = {}) {
  return {
    id: 'p1', order: 7, name: 'a.jpg', source: { name: 'a.jpg', open: () => Promise.reject(new Error('not read here')) }, stored: true,
    force: false, state: 'waiting', sentence: '', slow: false, code: null, result: null, account: null, saved: null, draft: null, others: new Map(), stop: new AbortController(), ...changes,
  };
}

function result() {
  const pictures = { photograph: PNG, original: PNG, prediction: PNG, mask: PNG, overlay: null, artery_vein: PNG, probability: null, field_of_view: null };
  const made = { name: 'a.jpg', answer: { threshold: 0.5 }, urls: { mask: 'blob:1' }, pictures, look: null, fallback: null, drawn: '' };
  return /** @type {NonNullable<Photo['result']>} */ (/** @type {unknown} */ (made));
}

test('a result is stored with its pictures, but without URLs and without a second copy of the photograph', () => {
  const record = structuredClone(recordOf(photo({ state: 'done', result: result() }), 'w'));
  assert.deepEqual([record.id, record.workspace, record.order, record.state], ['p1', 'w', 7, 'done']);
  assert.deepEqual(Object.keys(record.result?.pictures ?? {}), ['original', 'prediction', 'mask', 'overlay', 'artery_vein', 'probability', 'field_of_view']);
  assert.equal(record.result?.shown, true);
  assert.ok(!JSON.stringify(record).includes('blob:'));
  const { state, result: stored } = continued(record, true);
  assert.deepEqual([state, stored], ['done', record.result]);
});

test('what was waiting or being segmented is segmented after a reload', () => {
  for (const state of /** @type {const} */ (['waiting', 'segmenting'])) {
    const record = recordOf(photo({ state, sentence: 'Sending 1 of 2 MiB…' }), 'w');
    assert.deepEqual(continued(record, true), { state: 'waiting', sentence: '', code: null, result: null });
  }
});

test('a refused photograph keeps its reason', () => {
  const record = recordOf(photo({ state: 'refused', sentence: 'Too small.', code: 'photograph_too_small' }), 'w');
  assert.deepEqual(continued(record, true), { state: 'refused', sentence: 'Too small.', code: 'photograph_too_small', result: null });
});

test('a result stored in another form is made again', () => {
  const record = recordOf(photo({ state: 'done', result: result() }), 'w');
  assert.ok(record.result);
  record.result.form = 0;
  assert.equal(continued(record, true).state, 'waiting');
});

test('a photograph without its bytes is not dropped silently', () => {
  for (const state of /** @type {const} */ (['waiting', 'done'])) {
    const { state: now, sentence } = continued(recordOf(photo({ state }), 'w'), false);
    assert.equal(now, 'refused');
    assert.match(sentence, /add it again/);
  }
});

test('photographs of the last three days are offered, the latest first, and older ones deleted', () => {
  const now = 1_000 * HOUR;
  const of = (/** @type {number[]} */ ...hours) => hours.map((ago) => ({ id: `${ago}`, touched: now - ago * HOUR }));
  const { expired, left } = sorted(of(71, 1, 73, 72, 5), now);
  assert.deepEqual(left.map(({ id }) => id), ['1', '5', '71', '72']);
  assert.deepEqual(expired.map(({ id }) => id), ['73']);
});

test('what cannot be stored is explained by its reason', () => {
  const words = (/** @type {string} */ name) => asRefusal(new DOMException('no', name)).message;
  assert.match(words('QuotaExceededError'), /no room left/);
  assert.match(words('VersionError'), /Reload this page/);
  assert.match(words('SecurityError'), /private windows/);
});

test('counts in words', () => {
  assert.deepEqual([1, 2, 1200].map(photographs), ['1 photograph', '2 photographs', '1,200 photographs']);
});
