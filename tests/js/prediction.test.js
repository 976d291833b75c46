// Sending one photograph for a prediction.

import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';

import { json, problem, serve, settled, signIn } from './support/service.js';
import { predict } from '../../site/js/api/prediction.js';

const ANSWER = { id: 'p', images: { mask: 'AA==' } };
const SMALL = new Blob(['photograph'], { type: 'image/jpeg' });
const LARGE = new Blob([new Uint8Array(4 * 1024 * 1024 + 1)], { type: 'image/tiff' });

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
});

/** The options of `predict`, with a record of the pauses it announced. */
function optionsOf({ details = /** @type {Record<string, string> | null} */ (null), stop = new AbortController() } = {}) {
  /** @type {number[]} */
  const pauses = [];
  const pausing = (/** @type {number} */ seconds) => void pauses.push(seconds);
  return { pauses, stop, outputs: 'mask', force: false, details, pausing, signal: stop.signal };
}

/**
 * Lets the clock run through all pauses until the work is over.
 * @template Done
 * @param {Promise<Done>} work
 */
async function through(work) {
  let over = false;
  const end = () => (over = true);
  work.then(end, end);
  while (!over) {
    await settled();
    mock.timers.tick(30_000);
  }
  return work;
}

/** @param {unknown} body */
function fields(body) {
  return Object.fromEntries([.../** @type {FormData} */ (body)].map(([name, value]) => [name, typeof value === 'string' ? value : 'a file']));
}

test('a photograph is sent anonymously', async () => {
  const calls = serve(() => json(ANSWER));
  assert.deepEqual(await predict(SMALL, 'a.jpg', { ...optionsOf(), force: true }), ANSWER);
  assert.deepEqual(fields(calls[0].body), { outputs: 'mask', force: 'true', file: 'a file' });
  assert.deepEqual([...calls[0].headers], []);
});

test('a busy service is retried five times, after the pauses that it asks for', async () => {
  let left = 2;
  serve(() => (left-- > 0 ? problem('busy', 503, { 'Retry-After': '7' }) : json(ANSWER)));
  const options = optionsOf();
  assert.deepEqual(await through(predict(SMALL, 'a.jpg', options)), ANSWER);
  assert.deepEqual(options.pauses, [7, 7]);

  const calls = serve(() => problem('busy', 503));
  await assert.rejects(through(predict(SMALL, 'a.jpg', optionsOf())), { code: 'busy' });
  assert.equal(calls.length, 6);
});

test('permanent errors are not retried', async () => {
  for (const code of ['photograph_unreadable', 'unreachable']) {
    const calls = serve(() => (code === 'unreachable' ? Promise.reject(new TypeError('')) : problem(code, 422)));
    await assert.rejects(through(predict(SMALL, 'a.jpg', optionsOf())), { code });
    assert.equal(calls.length, 1, code);
  }
});

test('saving is retried under the same key if the answer was lost', async () => {
  await signIn();
  let left = 2;
  const calls = serve(() => (left-- > 0 ? Promise.reject(new TypeError('lost')) : json(ANSWER)));
  await through(predict(SMALL, 'a.jpg', optionsOf({ details: { save: 'true', eye: 'left' } })));
  const keys = new Set(calls.map(({ headers }) => headers.get('Idempotency-Key')));
  assert.deepEqual([calls.length, keys.size, keys.has(null)], [3, 1, false]);
  assert.deepEqual(fields(calls[2].body), { outputs: 'mask', save: 'true', eye: 'left', file: 'a file' });
  assert.equal(calls[2].headers.get('Authorization'), 'Bearer first');
});

test('a pause ends when the photograph is removed', async () => {
  const calls = serve(() => problem('busy', 503));
  const options = optionsOf();
  const work = predict(SMALL, 'a.jpg', options);
  await settled();
  options.stop.abort(new Error('removed'));
  await assert.rejects(work, { message: 'removed' });
  assert.equal(calls.length, 1);
});

test('a photograph too large for one request is uploaded once, with the form from the service', async () => {
  const granted = { upload_id: 'u', url: 'https://bucket.test/', fields: { key: 'k', policy: 'p' } };
  let busy = true;
  const calls = serve(({ path }) => {
    if (path === '/api/v1/uploads') return json(granted);
    if (path === granted.url) return new Response(null, { status: 204 });
    const answer = busy ? problem('busy', 503) : json(ANSWER);
    busy = false;
    return answer;
  });
  assert.deepEqual(await through(predict(LARGE, 'a.tif', optionsOf())), ANSWER);
  assert.deepEqual(calls.map(({ path }) => path), ['/api/v1/uploads', granted.url, '/api/v1/predictions', '/api/v1/predictions']);
  assert.equal(calls[0].body, '{"content_type":"image/tiff"}');
  assert.deepEqual(Object.entries(fields(calls[1].body)), [['key', 'k'], ['policy', 'p'], ['file', 'a file']], 'the file comes last');
  assert.deepEqual(fields(calls[3].body), { outputs: 'mask', upload_id: 'u' });
});

test('a refused upload has a message of this page', async () => {
  serve(({ path }) => (path === '/api/v1/uploads' ? json({ upload_id: 'u', url: '/form', fields: {} }) : new Response('', { status: 403 })));
  await assert.rejects(predict(LARGE, 'a.tif', optionsOf()), { message: 'The photograph could not be uploaded (HTTP 403). Try again.' });
});

test('what was uploaded can be shown before the prediction is asked for', async () => {
  /** @type {(string | null)[]} */
  const arrived = [];
  const calls = serve(({ path }) => json(path === '/api/v1/uploads' ? { upload_id: 'u1', url: '/form', fields: {} } : ANSWER));
  await predict(LARGE, 'a.tif', { ...optionsOf(), arrived: (upload) => arrived.push(upload) });
  assert.deepEqual(arrived, ['u1']);
  assert.deepEqual(fields(calls.at(-1)?.body), { outputs: 'mask', upload_id: 'u1' });
});
