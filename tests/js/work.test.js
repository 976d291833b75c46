// What is done with the photographs of the start page: what a removal stops and Undo brings back.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { json, problem, serve, settled, signIn } from './support/service.js';
import { XMLHttpRequest } from './support/xml-http-request.js';
import { createWork } from '../../site/js/files/work.js';
import { isGone } from '../../site/js/history/belongings.js';
import { recordOf } from '../../site/js/storage/record.js';

/** @import { Photo } from '../../site/js/files/photograph-list.js' */
/** @import { Store } from '../../site/js/storage/store.js' */
/** @import { StoredResult } from '../../site/js/storage/record.js' */

const PNG = new Blob(['png'], { type: 'image/png' });
const ANSWER = { model: { sha256: 'old' }, threshold: 0.5, canvas: '640x640', measurements: { vascular_density: 0.1 }, structures: null };
const IMAGES = { original_image: 'AA==', prediction_image: 'AA==', mask: 'AA==', overlay: 'AA==', artery_vein: 'AA==' };
const OPTIONS = { signal: new AbortController().signal, pausing: () => {} };
const FILE = new File(['photograph'], 'a.jpg');
const PICTURES = { original: PNG, prediction: PNG, mask: PNG, overlay: null, artery_vein: null, probability: null, field_of_view: null };

/** @param {Partial<Photo>} changes */
function record(changes = {}) {
  const result = /** @type {StoredResult} */ (/** @type {unknown} */ ({ form: 1, answer: ANSWER, pictures: PICTURES, shown: true, fallback: null, drawn: '' }));
  const photo = /** @type {Photo} */ (/** @type {unknown} */ ({ id: 'p1', order: 1, name: 'a.jpg', force: false, state: 'done', sentence: '', code: null, account: null, saved: null, draft: null, others: new Map(), result: null, ...changes }));
  return { ...recordOf(photo, 'w'), result };
}

function workOf() {
  const nothing = () => {};
  const store = /** @type {Store} */ (/** @type {unknown} */ ({ add: nothing, update: nothing, remove: nothing, welcome: nothing }));
  return createWork({ store, marks: () => [], decoded: nothing, appeared: nothing, changed: nothing, ended: nothing });
}

test('a result can be saved after its removal was undone', () => {
  serve(() => json({}));
  const work = workOf();
  work.restore([{ record: record(), file: FILE }]);
  const [photo] = work.photographs;
  work.remove([photo]);
  assert.ok(photo.stop.signal.aborted);
  work.putBack([photo]);
  assert.ok(!photo.stop.signal.aborted);
  assert.equal(photo.state, 'done');
});

/** A browser that shows no photograph by itself, so that the server draws. */
class Image {
  src = '';
  decode() {
    return Promise.reject(new Error('It shows none.'));
  }
}

test('what the same model finds later is put into the result', async () => {
  const structures = { sha256: 's' };
  serve(() => json({ ...ANSWER, structures, measurements: { vascular_density: 0.2 }, images: IMAGES }));
  const work = workOf();
  work.restore([{ record: record(), file: FILE }]);
  const [photo] = work.photographs;
  await photo.result?.look?.(['artery_vein'], OPTIONS);
  assert.equal(photo.state, 'done');
  assert.deepEqual([photo.result?.answer.structures, photo.result?.answer.measurements], [structures, { vascular_density: 0.2 }]);
});

test('where the server draws, figures by arteries and veins stay when only the disc is shown', async () => {
  const structures = { sha256: 's' };
  const [whole, less] = [{ vascular_density: 0.1, crae: 12 }, { vascular_density: 0.1, crae: null }];
  const { artery_vein: kinds, ...images } = IMAGES;
  const answers = [{ measurements: whole, images: { ...images, artery_vein: kinds } }, { measurements: less, images }, { measurements: { vascular_density: 0.1 }, structures: null, images }];
  const calls = serve(() => json({ ...ANSWER, structures, ...answers.shift() }));
  const work = workOf();
  const stored = record();
  work.restore([{ record: { ...stored, result: { ...stored.result, shown: false, fallback: 'It shows none.' } }, file: FILE }]);
  const result = /** @type {NonNullable<Photo['result']>} */ ([...work.photographs][0].result);
  for (const marks of /** @type {const} */ ([['artery_vein', 'disc'], ['disc'], []])) {
    await result.look?.([...marks], OPTIONS);
    assert.deepEqual([result.drawn, result.answer.measurements, result.answer.structures], [marks.join(), whole, structures]);
  }
  assert.equal(calls.length, 3, 'each overlay is drawn anew');
});

for (const [what, other] of Object.entries({ model: { model: { sha256: 'new' } }, threshold: { threshold: 0.4 }, canvas: { canvas: '1024x1024' } })) {
  test(`what another ${what} finds is not mixed into the result: the photograph is segmented again`, async () => {
    Object.assign(globalThis, { Image, XMLHttpRequest });
    serve(() => json({ ...ANSWER, ...other, measurement_intervals: {}, measurements: { vascular_density: 0.2 }, images: IMAGES }));
    for (const ask of /** @type {const} */ (['look', 'measureAround'])) {
      const work = workOf();
      work.restore([{ record: record(), file: FILE }]);
      const [photo] = work.photographs;
      const before = photo.result;
      const asked = ask === 'look' ? before?.look?.(['artery_vein'], OPTIONS) : before?.measureAround?.(OPTIONS);
      await assert.rejects(asked ?? Promise.resolve(), { code: 'another_model' });
      assert.deepEqual(before?.answer, ANSWER, 'nothing is taken');
      for (let i = 0; i < 20 && photo.state !== 'done'; i += 1) await settled();
      assert.equal(photo.state, 'done');
      const { model, threshold, canvas, measurements } = /** @type {NonNullable<Photo['result']>} */ (photo.result).answer;
      const whole = { model: ANSWER.model, threshold: ANSWER.threshold, canvas: ANSWER.canvas, ...other, measurements: { vascular_density: 0.2 } };
      assert.deepEqual({ model, threshold, canvas, measurements }, whole);
    }
  });
}

test('what somebody saved or typed is there for them alone, also after a reload', async () => {
  const draft = { subject: 'P1', eye: 'left', taken_on: null, note: 'blurred', file_name: null };
  serve(() => json({}));
  await signIn('anna');
  const work = workOf();
  work.restore([{ record: record(), file: FILE }]);
  const [photo] = work.photographs;
  Object.assign(photo, { saved: 'r1', draft });
  const kept = structuredClone(recordOf(photo, 'w'));

  await signIn('bert');
  assert.deepEqual([photo.saved, photo.draft], [null, null]);
  photo.saved = 'r2';
  const later = workOf();
  later.restore([{ record: { ...kept, id: 'p2' }, file: FILE }]);
  assert.deepEqual([...later.photographs].map(({ saved, draft: typed }) => [saved, typed]), [[null, null]]);

  await signIn('anna');
  assert.deepEqual([photo.saved, photo.draft], ['r1', draft]);
  assert.deepEqual([...later.photographs].map(({ saved }) => saved), ['r1']);
  await signIn('bert');
  assert.equal(photo.saved, 'r2');
});

test('only a record that is not there any more is gone', async () => {
  await signIn('anna');
  const answers = [problem('not_found', 404), problem('busy', 503), json({ id: 'r1' })];
  serve(() => answers.shift() ?? json({}));
  const { signal } = new AbortController();
  assert.deepEqual([await isGone('r1', signal), await isGone('r1', signal), await isGone('r1', signal)], [true, false, false]);
});
