// A photograph that the browser cannot show gets the service's copy under its vessels, or is drawn by the service.

import assert from 'node:assert/strict';
import { resolveObjectURL } from 'node:buffer';
import { test } from 'node:test';

import { json, problem, serve } from './support/service.js';
import { XMLHttpRequest } from './support/xml-http-request.js';
import { revived, segment } from '../../site/js/files/segmentation.js';
import { recordOf } from '../../site/js/storage/record.js';
import { insteadWords, resolutionWords } from '../../site/js/viewer/instead.js';

/** @import { Photo } from '../../site/js/files/photograph-list.js' */
/** @import { Result } from '../../site/js/files/segmentation.js' */
/** @import { Picture } from '../../site/js/viewer/preview.js' */
/** @import { Call } from './support/service.js' */

const ANSWER = { photograph: { width: 40, height: 30 }, images: { original_image: 'AA==', prediction_image: 'AA==', mask: 'AA==', overlay: 'AA==' } };
const FILE = new File(['photograph'], 'scan.tif');
const SOURCE = { name: 'scan.tif', open: () => Promise.resolve(FILE) };
const COPY = { width: 20, height: 15 };

/** A browser that shows JPEG alone, at the size of the copy. */
class Image {
  src = '';
  naturalWidth = COPY.width;
  naturalHeight = COPY.height;
  decode() {
    const isShown = resolveObjectURL(this.src)?.type === 'image/jpeg';
    return isShown ? Promise.resolve() : Promise.reject(new Error('It shows JPEG alone.'));
  }
}

Object.assign(globalThis, { Image, XMLHttpRequest });

/** @param {(number: number) => Response} previews what the service answers when it is asked for the copy, by how often it was */
async function segmented(previews) {
  let asked = 0;
  const calls = serve(({ path }) => (path === '/api/v1/previews' ? previews(asked++) : json(ANSWER)));
  /** @type {Picture[]} */
  const seen = [];
  const options = { force: false, marks: [], signal: new AbortController().signal, pausing: () => {}, sent: () => {}, outdated: () => {} };
  const result = await segment(SOURCE, { ...options, decoded: (picture) => void seen.push(picture) });
  return { result, seen, paths: calls.map(pathOf) };
}

/** @param {Call} call */
function pathOf({ path }) {
  return path.replace('/api/v1/', '');
}

const jpeg = () => new Response(new Blob(['copy'], { type: 'image/jpeg' }), { headers: { 'Content-Type': 'image/jpeg' } });

/** @param {Result} result */
function textOf({ urls: { photograph } }) {
  return resolveObjectURL(photograph ?? '')?.text();
}

test('the copy that is seen before the result is the photograph of the result', async () => {
  const { result, seen, paths } = await segmented(jpeg);
  assert.deepEqual(paths.sort(), ['predictions', 'previews']);
  assert.deepEqual(seen.map(({ url }) => url), [result.urls.photograph]);
  assert.equal(await textOf(result), 'copy');
  assert.deepEqual([result.fallback, result.pictures?.overlay, result.urls.overlay], [null, null, null]);
  assert.match(insteadWords(result), /cannot show this kind of photograph, so you see a JPEG copy of it, 20 × 15 pixels\. The vessels are at/);
  assert.match(resolutionWords(result), /^Both have the photograph’s own resolution.*enlarged from a copy of 20 × 15 pixels\.$/);
});

test('a copy of the photograph’s own size is not said to be smaller', async () => {
  const { result } = await segmented(jpeg);
  Object.assign(result.answer, { photograph: COPY });
  assert.match(insteadWords(result), /you see a JPEG copy of it\.$/);
  assert.doesNotMatch(resolutionWords(result), /copy/);
});

test('the copy is stored with the result', async () => {
  const { result } = await segmented(jpeg);
  const photo = /** @type {Photo} */ (/** @type {unknown} */ ({ id: 'p1', state: 'done', result }));
  const stored = recordOf(photo, 'w').result;
  assert.ok(stored && !stored.shown);
  const again = revived(stored, SOURCE, { file: FILE, force: false, outdated: () => {} });
  assert.equal(await textOf(again), 'copy');
  assert.equal(insteadWords(again), insteadWords(result));
});

test('the copy is asked for once more if the service was busy', async () => {
  const { result, paths } = await segmented((number) => (number ? jpeg() : problem('busy', 503)));
  assert.deepEqual(paths.sort(), ['predictions', 'previews', 'previews']);
  assert.equal(await textOf(result), 'copy');
});

test('without a copy the service draws, from the same answer', async () => {
  const { result, seen, paths } = await segmented(() => problem('rate_limited', 429));
  assert.equal(paths.filter((path) => path === 'predictions').length, 1);
  assert.deepEqual([seen, result.urls.photograph, result.copied], [[], null, null]);
  assert.ok(result.pictures?.overlay);
  assert.match(insteadWords(result), /cannot show this kind of photograph, so you see the overlay that the server drew/);
  assert.match(resolutionWords(result), /the server’s, at up to 2,048 pixels/);
});
