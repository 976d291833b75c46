// Sending the photographs of a batch.

import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';

import { json, problem, serve, settled, signIn } from './support/service.js';
import { createSending } from '../../site/js/batches/sending.js';

/** @import { Call } from './support/service.js' */

const RENEWAL = '/api/v1/batches/b/upload';

beforeEach(async () => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  await signIn();
});

/** @param {string} url */
function form(url) {
  return { url, fields: { policy: 'p' }, expires_in: 900, max_bytes: 50 * 2 ** 20 };
}

/** @param {number} count */
function sources(count) {
  return new Map(Array.from({ length: count }, (_, number) => [number, { name: `${number}`, open: () => Promise.resolve(new File(['x'], 'x')) }]));
}

/** @param {import('../../site/js/batches/sending.js').Sending} sending */
async function over(sending) {
  for (let i = 0; sending.isGoing() && i < 100; i += 1) {
    await settled();
    mock.timers.tick(30_000);
  }
  return sending.counts();
}

/** @param {Call[]} calls */
function sentTo(calls) {
  return calls.map(({ path }) => path);
}

test('every file is sent by the form, under its number', async () => {
  const calls = serve(() => new Response(null, { status: 204 }));
  const sending = createSending({ id: 'b', form: form('/form'), sources: sources(6), changed: () => {} });
  assert.equal(sending.stateOf(5), 'waiting to be sent');
  assert.deepEqual(await over(sending), { total: 6, sent: 6, refused: 0 });
  const names = calls.map(({ body }) => /** @type {File} */ (/** @type {FormData} */ (body).get('file')).name);
  assert.deepEqual(names.sort(), ['0', '1', '2', '3', '4', '5']);
  assert.equal(sending.stateOf(5), null);
});

test('an expired form is renewed once for all files, and nothing is lost', async () => {
  const calls = serve(({ path }) => {
    if (path === RENEWAL) return json(form('/new'));
    return path === '/old' ? problem('form_expired', 403) : new Response(null, { status: 204 });
  });
  const sending = createSending({ id: 'b', form: form('/old'), sources: sources(4), changed: () => {} });
  assert.deepEqual(await over(sending), { total: 4, sent: 4, refused: 0 });
  assert.equal(sentTo(calls).filter((path) => path === RENEWAL).length, 1);
});

test('a new form that is refused as well is not renewed again', async () => {
  const calls = serve(({ path }) => (path === RENEWAL ? json(form('/new')) : problem('form_expired', 403)));
  const sending = createSending({ id: 'b', form: form('/old'), sources: sources(1), changed: () => {} });
  assert.deepEqual(await over(sending), { total: 1, sent: 0, refused: 1 });
  assert.deepEqual(sentTo(calls), ['/old', RENEWAL, '/new']);
});

test('without a form, one is requested', async () => {
  const calls = serve(({ path }) => (path === RENEWAL ? json(form('/new')) : new Response(null, { status: 204 })));
  assert.deepEqual(await over(createSending({ id: 'b', form: null, sources: sources(1), changed: () => {} })), { total: 1, sent: 1, refused: 0 });
  assert.deepEqual(sentTo(calls), [RENEWAL, '/new']);
});

test('a failing service is retried, eight times', async () => {
  let left = 3;
  const first = serve(() => (left-- > 0 ? problem('busy', 503) : new Response(null, { status: 204 })));
  assert.equal((await over(createSending({ id: 'b', form: form('/form'), sources: sources(1), changed: () => {} }))).sent, 1);
  assert.equal(first.length, 4);

  const calls = serve(() => Promise.reject(new TypeError('lost')));
  const sending = createSending({ id: 'b', form: form('/form'), sources: sources(1), changed: () => {} });
  assert.deepEqual(await over(sending), { total: 1, sent: 0, refused: 1 });
  assert.equal(calls.length, 8);
  assert.equal(sending.refusalOf(0), 'The connection failed repeatedly.');
});

test('a refused photograph is reported, and the others continue', async () => {
  serve(({ body }) => {
    const { name } = /** @type {File} */ (/** @type {FormData} */ (body).get('file'));
    return name === '1' ? problem('photograph_too_large', 413) : new Response(null, { status: 204 });
  });
  const sending = createSending({ id: 'b', form: form('/form'), sources: sources(3), changed: () => {} });
  assert.deepEqual(await over(sending), { total: 3, sent: 2, refused: 1 });
  assert.equal(sending.refusalOf(1), 'A sentence about photograph_too_large.');
  assert.equal(sending.refusalOf(2), null);
});

test('a missing file is reported, and the others continue', async () => {
  serve(() => new Response(null, { status: 204 }));
  const gone = { name: 'gone', open: () => Promise.reject(new Error('NotFoundError')) };
  const sending = createSending({ id: 'b', form: form('/form'), sources: new Map([...sources(1), [1, gone]]), changed: () => {} });
  assert.deepEqual(await over(sending), { total: 2, sent: 1, refused: 1 });
});

test('sending ends when the batch has been deleted', async () => {
  const calls = serve(() => problem('not_found', 404));
  const sending = createSending({ id: 'b', form: form('/form'), sources: sources(100), changed: () => {} });
  await over(sending);
  assert.ok(calls.length <= 4);
  assert.equal(sending.isGoing(), false);
});
