// What is done with the photographs of the start page: what a removal stops and Undo brings back.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { json, serve } from './support/service.js';
import { createWork } from '../../site/js/files/work.js';
import { recordOf } from '../../site/js/storage/record.js';

/** @import { Photo } from '../../site/js/files/photograph-list.js' */
/** @import { Store } from '../../site/js/storage/store.js' */
/** @import { StoredResult } from '../../site/js/storage/record.js' */

const PNG = new Blob(['png'], { type: 'image/png' });
const FILE = new File(['photograph'], 'a.jpg');
const PICTURES = { original: PNG, prediction: PNG, mask: PNG, overlay: null, artery_vein: null, probability: null, field_of_view: null };

/** @param {Partial<Photo>} changes */
function record(changes = {}) {
  const result = /** @type {StoredResult} */ (/** @type {unknown} */ ({ form: 1, answer: { threshold: 0.5 }, pictures: PICTURES, shown: true, fallback: null, drawn: '' }));
  const photo = /** @type {Photo} */ (/** @type {unknown} */ ({ id: 'p1', order: 1, name: 'a.jpg', force: false, state: 'done', sentence: '', code: null, saved: null, draft: null, result: null, ...changes }));
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
