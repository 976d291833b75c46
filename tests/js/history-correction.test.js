// A correction in the history: what it is sent with, what differs from what is stored, and what is said if it was changed elsewhere.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { json, problem, serve, signIn } from './support/service.js';
import { isUnsaved, settle, withStoredKinds } from '../../site/js/correction/as-stored.js';
import { correct, correctKinds } from '../../site/js/correction/correcting.js';
import { countsOf, departed, discarded, flip, paint, planeOf } from '../../site/js/correction/plane.js';
import { changedWords, createPutCorrection, preconditionOf } from '../../site/js/history/put-correction.js';
import { saveCorrection } from '../../site/js/history/save-photograph.js';
import { blobsOf, resultOf } from '../../site/js/history/stored-result.js';

/** @import { SavedPrediction } from 'openapi' */

beforeEach(() => signIn());

const COUNTED = { vessels: 5, area: 100, by: null };
const MADE = /** @type {NonNullable<SavedPrediction['correction']>} */ ({
  vessels: true, kinds: true, by: 'berta@example.org', at: '2026-11-27T10:00:00Z', etag: '"1"', model: { name: 'unet', sha256: 'a' }, model_measurements: { vascular_density: 0.1 },
});

/** @param {SavedPrediction['correction']} [correction] */
function opened(correction = null) {
  const record = { id: '1', subject: 'A', eye: 'left', day: '2026-01-01', correction, image_urls: {}, measurements: { vascular_density: 0.2 }, model: { name: 'unet', sha256: 'b' } };
  const names = ['photograph', 'mask', ...(correction ? ['corrected-mask', 'corrected-arteries', 'corrected-veins'] : [])];
  const blobs = Object.fromEntries(names.map((name) => [name, new Blob([name])]));
  return resultOf(/** @type {SavedPrediction} */ (/** @type {unknown} */ (record)), blobs, async () => {});
}

test('only the correction that was seen is replaced', () => {
  assert.deepEqual(preconditionOf(null), { 'If-None-Match': '*' });
  assert.deepEqual(preconditionOf({ etag: '"1"' }), { 'If-Match': '"1"' });
});

test('what is sent again is the same request, and anything else another one', async () => {
  const calls = serve(() => problem('busy', 503));
  const put = createPutCorrection();
  const result = opened();
  correct(result, new Blob(['drawn']), COUNTED);
  const send = (/** @type {SavedPrediction['correction']} */ seen) => put({ id: '1', correction: seen }, result).catch(() => null);
  await send(null);
  await send(null);
  await send(MADE);
  correct(result, new Blob(['more']), COUNTED);
  await send(MADE);
  const keys = calls.map(({ headers }) => headers.get('Idempotency-Key'));
  assert.equal(keys[0], keys[1]);
  assert.equal(new Set(keys).size, 3);
  assert.deepEqual(calls.map(({ headers }) => headers.get('If-Match')), [null, null, '"1"', '"1"']);
  const form = /** @type {FormData} */ (calls[3].body);
  assert.equal(await /** @type {File} */ (form.get('corrected_mask')).text(), 'more');
  assert.equal(form.get('corrected_model'), 'b');
});

test('what is sent again is the same request, too, if another photograph’s correction was saved meanwhile', async () => {
  let lost = true;
  const calls = serve(() => (lost ? Promise.reject(new TypeError('lost')) : json({})));
  const put = createPutCorrection();
  const [first, second] = ['first', 'second'].map((drawn) => {
    const result = opened();
    correct(result, new Blob([drawn]), COUNTED);
    return result;
  });
  await assert.rejects(put({ id: '1' }, first));
  lost = false;
  await put({ id: '2' }, second);
  await put({ id: '1' }, first);
  const keys = calls.map(({ headers }) => headers.get('Idempotency-Key'));
  assert.equal(keys[2], keys[0]);
  assert.notEqual(keys[1], keys[0]);
});

test('a correction that is changed keeps its arteries and veins, and the network whose mask it was', async () => {
  const calls = serve(() => json({}));
  const result = opened(MADE);
  correct(result, new Blob(['drawn']), COUNTED);
  await createPutCorrection()({ id: '1', correction: MADE }, result);
  const form = /** @type {FormData} */ (calls[0].body);
  assert.deepEqual([...form.keys()], ['corrected_model', 'corrected_mask', 'corrected_arteries', 'corrected_veins']);
  assert.equal(form.get('corrected_model'), 'a');
});

test('masks are unsaved until they are those that are stored, and then the figures are theirs', () => {
  for (const correction of [null, MADE]) {
    const result = opened(correction);
    const { stored, answer, correction: before } = result;
    assert.ok(stored && !isUnsaved(result));
    correct(result, new Blob(['drawn']), COUNTED);
    assert.ok(isUnsaved(result) && result.correction && !result.correction.measured);
    assert.ok(result.urls.model_mask, 'the model’s mask stays beside it');
    correct(result, stored.mask, COUNTED);
    assert.ok(!isUnsaved(result));
    assert.equal(result.correction, before);
    assert.equal(result.answer, answer);
    assert.equal(Boolean(result.urls.model_mask), Boolean(correction));
    correctKinds(result, { arteries: new Blob(['a']), veins: new Blob(['v']), picture: new Blob(['p']) }, { vessels: 5, by: null });
    assert.ok(isUnsaved(result));
    withStoredKinds(result);
    settle(result);
    assert.equal(result.correction, before);
  }
});

test('discarding goes back to what is stored, not to the model’s', () => {
  const [on, off] = [new Uint8Array(20).fill(255), new Uint8Array(20)];
  const plane = planeOf({ vessels: on, base: on, model: off, field: on });
  const runs = paint(plane, [3, 4], false);
  const { discardable, differing } = countsOf(plane);
  assert.deepEqual([discardable, differing], [4, 16]);
  assert.deepEqual([departed(plane, runs), departed(plane, runs, false)], [-4, 4]);
  flip(plane, discarded(plane, { width: 20, height: 1 }));
  assert.deepEqual([countsOf(plane).discardable, countsOf(plane).vessels], [0, 20]);
});

test('pictures that are here already are not fetched again', async () => {
  const calls = serve(() => new Response('png'));
  const [photograph, mask] = [new Blob(['p']), new Blob(['m'])];
  const urls = { photograph: '/p.png', mask: '/m.png', 'corrected-mask': '/c.png', 'corrected-arteries': '/a.png', 'corrected-veins': '/v.png' };
  const record = /** @type {SavedPrediction} */ (/** @type {unknown} */ ({ correction: MADE, image_urls: urls }));
  const found = await blobsOf(record, new AbortController().signal, { photograph, mask });
  assert.equal(found.photograph, photograph);
  assert.deepEqual(calls.map(({ path }) => path), ['/c.png', '/a.png', '/v.png']);
});

test('it is said who changed the correction elsewhere, or that it was deleted', () => {
  assert.match(changedWords({ correction: MADE }), /changed elsewhere meanwhile \(.*2026.*, by berta@example.org\), so yours was not saved\.$/);
  assert.match(changedWords({ correction: { ...MADE, by: null } }), /^You changed the correction elsewhere/);
  assert.match(changedWords({ correction: null }), /^The correction was deleted elsewhere meanwhile/);
});

test('the start page does not replace an unseen correction either, until its button is pressed again', async () => {
  const result = opened();
  correct(result, new Blob(['drawn']), COUNTED);
  const photo = /** @type {Parameters<typeof saveCorrection>[0]} */ (/** @type {unknown} */ ({ saved: '1', result }));
  const calls = serve(({ method, headers }) => {
    if (method === 'GET') return json({ id: '1', correction: MADE });
    return headers.get('If-Match') === MADE.etag ? json({ id: '1', correction: { ...MADE, etag: '"2"' } }) : problem('correction_changed', 412);
  });
  await assert.rejects(saveCorrection(photo), /by berta@example.org.*press the button again/);
  assert.equal(result.correction?.saved, undefined);
  await saveCorrection(photo);
  assert.equal(result.correction?.saved, '1');
  assert.deepEqual(calls.map(({ method, headers }) => [method, headers.get('If-None-Match'), headers.get('If-Match')]), [['PUT', '*', null], ['GET', null, null], ['PUT', null, '"1"']]);
  correct(result, new Blob(['more']), COUNTED);
  await assert.rejects(saveCorrection(photo));
  assert.equal(calls[3].headers.get('If-Match'), '"2"', 'the one that was made here');
});
