// The photograph goes to the service while the browser still decodes it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { json, problem, serve } from './support/service.js';
import { XMLHttpRequest } from './support/xml-http-request.js';
import { segment } from '../../site/js/files/segmentation.js';

const ANSWER = { photograph: { width: 40, height: 30 }, images: { original_image: 'AA==', prediction_image: 'AA==', mask: 'AA==', overlay: 'AA==' } };

/** @type {(error?: Error) => void} ends what the browser decodes */
let decode = () => {};

class Image {
  src = '';
  naturalWidth = 40;
  naturalHeight = 30;
  decode() {
    return new Promise((/** @type {(value: void) => void} */ resolve, reject) => {
      decode = (error) => (error ? reject(error) : resolve());
    });
  }
}

Object.assign(globalThis, { Image, XMLHttpRequest });

/** @param {string} name */
function segmented(name, type = 'image/jpeg') {
  /** @type {string[]} */
  const seen = [];
  const file = new File(['photograph'], name, { type });
  const options = { force: false, marks: [], signal: new AbortController().signal, pausing: () => {}, sent: () => {}, outdated: () => {} };
  const result = segment({ name, open: () => Promise.resolve(file) }, { ...options, decoded: ({ url }) => void seen.push(url) });
  return { result, seen };
}

const outputsOf = (/** @type {{ body: unknown }} */ { body }) => /** @type {FormData} */ (body).get('outputs');
const settled = () => new Promise((resolve) => setTimeout(resolve, 10));

test('a JPEG is sent before it is decoded', async () => {
  const calls = serve(({ path }) => {
    decode(new Error('It cannot be shown.'));
    return path.endsWith('previews') ? problem('busy', 503) : json(ANSWER);
  });
  const { result } = segmented('a.jpg');
  const { fallback, pictures } = await result;
  assert.match(String(fallback), /cannot show this kind of photograph/);
  assert.ok(pictures?.overlay, 'what cannot be shown after all is asked for again, drawn by the service');
  assert.deepEqual(calls.filter(({ path }) => path.endsWith('predictions')).map(outputsOf), ['preview,mask', 'preview,mask,overlay']);
});

test('of a TIFF it is known first whether the browser shows it', async () => {
  const calls = serve(() => json(ANSWER));
  segmented('a.tif', 'image/tiff').result.catch(() => undefined);
  await settled();
  assert.deepEqual(calls, []);
});

test('a photograph that is decoded after it was refused is not shown', async () => {
  serve(() => problem('not_a_fundus_photograph', 422));
  const { result, seen } = segmented('a.jpg');
  await assert.rejects(result, /not_a_fundus_photograph/);
  decode();
  await settled();
  assert.deepEqual(seen, []);
});
