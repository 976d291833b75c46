// What is saved of a photograph comes into its result, and what was not saved is refused, after the rest.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { json, serve, signIn } from './support/service.js';
import { savedLayers } from '../../site/js/history/saved-layers.js';

/** @import { SavedPrediction } from 'openapi' */
/** @import { Result } from '../../site/js/files/segmentation.js' */
/** @import { Mark } from '../../site/js/viewer/marks.js' */

beforeEach(() => signIn());

/**
 * What is asked for, and the result that has got it.
 * @param {Mark[]} marks
 * @param {Partial<SavedPrediction>} [record]
 * @param {boolean} [closed] whether the record was closed meanwhile
 */
async function looked(marks, record = {}, closed = false) {
  const calls = serve(({ path }) => (path.endsWith('graph') ? json({ features: [] }) : new Response('png')));
  const urls = { probability: '/p.png', artery_vein: '/av.png' };
  const opened = /** @type {SavedPrediction} */ ({ id: '1', structures: null, correction: null, image_urls: urls, ...record });
  const result = /** @type {Result} */ (/** @type {unknown} */ ({ urls: {}, graph: null, correction: opened.correction }));
  const { signal } = new AbortController();
  const refused = await savedLayers({ opened, marks, signal, into: () => (closed ? null : result) }).then(() => '', (/** @type {Error} */ error) => error.message);
  return { asked: calls.map(({ path }) => path), result, refused };
}

test('segments and probabilities come with every saved photograph', async () => {
  const { asked, result, refused } = await looked(['graph', 'probability']);
  assert.deepEqual(asked, ['/api/v1/predictions/1/graph', '/p.png']);
  assert.deepEqual(result.graph, { features: [] });
  assert.ok(result.urls.probability);
  assert.equal(refused, '');
});

test('what was not saved is refused after what was has come', async () => {
  const { result, refused } = await looked(['artery_vein', 'graph', 'probability']);
  assert.match(refused, /saved without arteries, veins and optic disc/);
  assert.ok(result.graph && result.urls.probability && !result.urls.artery_vein);
});

test('kinds of the model are not shown with corrected vessels', async () => {
  const correction = /** @type {SavedPrediction['correction']} */ (/** @type {unknown} */ ({ kinds: false }));
  const { asked, refused } = await looked(['artery_vein'], { correction });
  assert.match(refused, /without saying which are arteries/);
  assert.deepEqual(asked, []);
});

test('the field of view comes with every saved photograph, for the correction', async () => {
  const { asked, result, refused } = await looked(['field_of_view']);
  assert.deepEqual(asked, ['/api/v1/predictions/1/field-of-view']);
  assert.ok(result.urls.field_of_view);
  assert.equal(refused, '');
});

test('nothing is put into a record that was closed', async () => {
  const { asked, result } = await looked(['graph'], {}, true);
  assert.equal(asked.length, 1);
  assert.equal(result.graph, null);
});
