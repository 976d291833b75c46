// Saving all results at once: what is sent of each, and what one that is refused means for the others.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import './support/browser.js';
import { Refusal } from '../../site/js/api/reach.js';
import { detailsOf } from '../../site/js/history/save-all.js';
import { saveEach } from '../../site/js/history/save-each.js';

/** @import { Photo } from '../../site/js/files/photograph-list.js' */

const LABELS = { subject: 'P1', eye: 'left', taken_on: null };
const DRAFT = { ...LABELS, subject: 'P2', note: 'blurred', file_name: 'Jane Doe.jpg' };
const PLANNED = ['a', 'b', 'c'].map((name) => ({ photo: /** @type {Photo} */ (/** @type {unknown} */ ({ name })), details: { ...DRAFT } }));

test('names of files are sent only if that is wanted, also where something was typed', () => {
  assert.deepEqual(detailsOf({ name: 'x/a.jpg', draft: DRAFT }, null, false), { ...DRAFT, file_name: null });
  assert.deepEqual(detailsOf({ name: 'x/a.jpg', draft: DRAFT }, null, true), DRAFT);
  assert.equal(detailsOf({ name: 'x/a.jpg', draft: null }, LABELS, false)?.file_name, null);
  assert.equal(detailsOf({ name: 'x/a.jpg', draft: null }, LABELS, true)?.file_name, 'a.jpg');
  assert.equal(detailsOf({ name: 'x/a.jpg', draft: null }, null, true), null);
});

/**
 * @param {(name: string, stop: AbortController) => void} save
 */
async function savedWith(save) {
  const stop = new AbortController();
  const [tried, refused] = [/** @type {string[]} */ ([]), /** @type {string[]} */ ([])];
  const work = saveEach(PLANNED, {
    signal: stop.signal,
    save: async ({ name }) => {
      tried.push(name);
      await Promise.resolve();
      save(name, stop);
    },
    failed: ({ name }, sentence) => refused.push(`${name}: ${sentence}`),
  });
  const error = await work.then(() => null, (/** @type {unknown} */ reason) => reason);
  return { tried, refused, error };
}

test('one that is refused does not hold up the others', async () => {
  const outcome = await savedWith((name) => {
    if (name === 'b') throw new Refusal('photograph_unreadable', 'No image.');
  });
  assert.deepEqual(outcome, { tried: ['a', 'b', 'c'], refused: ['b: No image.'], error: null });
});

test('what would refuse all others ends it', async () => {
  for (const code of ['unreachable', 'sign_in_required']) {
    const { tried, error } = await savedWith(() => {
      throw new Refusal(code, 'No.');
    });
    assert.deepEqual([tried, error instanceof Refusal], [['a'], true]);
  }
});

test('closing the dialog ends it without a word', async () => {
  const outcome = await savedWith((_, stop) => {
    stop.abort();
    throw new Error('aborted');
  });
  assert.deepEqual(outcome, { tried: ['a'], refused: [], error: null });
});
